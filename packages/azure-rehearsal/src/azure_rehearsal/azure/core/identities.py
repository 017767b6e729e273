"""Managed identities of resources: what a response shows of them, and principals that go with their resource."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import Deletion, Request, dig

_NONE: Final = ("", "none")


def identity_outputs(request: Request, record: Record) -> dict[str, Any]:
    """`{"identity": …}` with principal ids where the request has one, else nothing."""
    given = request.get("identity")
    kind = str(dig(given, "type", "")).lower()
    if not given or kind in _NONE:
        return {}
    identity: dict[str, Any] = {"type": given["type"]}
    if "systemassigned" in kind:
        identity |= {"principalId": record.stable_uuid("principal"), "tenantId": request.client.tenant_id}
    assigned = {
        id: {key: found.properties[key] for key in ("clientId", "principalId")}
        for id in given.get("userAssignedIdentities") or []
        if (found := request.cloud.get(id)) is not None
    }
    if assigned:
        identity["userAssignedIdentities"] = assigned
    return {"identity": identity}


def principal_gone(deletion: Deletion) -> None:
    """Remembers that a system-assigned principal cannot be given roles any more."""
    principal = dig(deletion.record.properties, "identity.principalId")
    if isinstance(principal, str):
        deletion.cloud.deleted_principals.add(principal)
