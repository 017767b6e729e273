"""Managed identities of resources: their response properties, and the end of system-assigned principals."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import Deletion, Request, get_path

_NONE: Final = ("", "none")


def identity_outputs(request: Request, record: Record) -> dict[str, Any]:
    """`{"identity": …}` with principal ids if the request has an identity, else `{}`."""
    given = request.get("identity")
    kind = str(get_path(given, "type", "")).lower()
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


def retire_principal(deletion: Deletion) -> None:
    """Records that the system-assigned principal is deleted, so that roles for it are refused."""
    principal = get_path(deletion.record.properties, "identity.principalId")
    if isinstance(principal, str):
        deletion.cloud.deleted_principals.add(principal)
