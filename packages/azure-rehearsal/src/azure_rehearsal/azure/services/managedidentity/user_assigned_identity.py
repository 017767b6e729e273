"""User-assigned managed identities."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, Deletion, NameRule, Request

IDENTITY: Final = "azure-native:managedidentity:UserAssignedIdentity"
IDENTITY_KIND: Final = "Microsoft.ManagedIdentity/userAssignedIdentities"
IDENTITY_PATH: Final = arm_ids.provider_id(IDENTITY_KIND, "resourceName")


def _identity_outputs(request: Request, record: Record) -> dict[str, Any]:
    return {
        "principalId": record.stable_uuid("principal"),
        "clientId": record.stable_uuid("client"),
        "tenantId": request.client.tenant_id,
    }


def _retire_principal(deletion: Deletion) -> None:
    deletion.cloud.deleted_principals.add(deletion.record.properties["principalId"])


TYPE: Final = ArmType(
    token=IDENTITY,
    path=IDENTITY_PATH,
    location_required=True,
    force_new=("location",),
    name=NameRule(
        r"[a-zA-Z0-9][\w-]*",
        3,
        128,
        "The name has 3 to 128 letters, digits, '-' and '_', and begins with a letter or digit.",
    ),
    outputs=_identity_outputs,
    after_delete=_retire_principal,
)
