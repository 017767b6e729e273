"""The blob service of a storage account, which Azure creates with the account."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, Deletion, Limit, NameRule, Request
from azure_rehearsal.azure.services.storage.common import (
    BLOB_SERVICE,
    DEFAULT,
    NAME,
    PATH,
    account_of,
    add_blob_service,
)
from azure_rehearsal.protocol.provider import Refused

SERVICE_PATH: Final = f"{PATH}/blobServices/{{blobServicesName}}"
_DAYS: Final = Limit(minimum=1, maximum=365)
_LONG_DAYS: Final = Limit(minimum=1, maximum=146000)


def _refuse_versioning(request: Request) -> None:
    if request.get("isVersioningEnabled") and account_of(request).get("isHnsEnabled"):
        raise Refused(
            "InvalidRequestPropertyValue",
            f"The value 'True' for property 'isVersioningEnabled' is invalid: {request.id} belongs to an account with "
            "hierarchical namespace, which does not support blob versioning.",
            "remove isVersioningEnabled, or use an account without hierarchical namespace",
        )


def _refuse_restore_policy(request: Request) -> None:
    if not request.get("restorePolicy.enabled"):
        return
    needed = {
        "isVersioningEnabled": request.get("isVersioningEnabled"),
        "changeFeed.enabled": request.get("changeFeed.enabled"),
        "deleteRetentionPolicy.enabled": request.get("deleteRetentionPolicy.enabled"),
    }
    missing = [name for name, value in needed.items() if not value]
    restore, kept = request.get("restorePolicy.days", 0), request.get("deleteRetentionPolicy.days", 0)
    if missing or restore >= kept:
        raise Refused(
            "InvalidRequestPropertyValue",
            f"The value for property 'restorePolicy' of {request.id} is invalid: it requires "
            f"{', '.join(missing) or 'fewer days than deleteRetentionPolicy'} (restorePolicy {restore} days, "
            f"deleteRetentionPolicy {kept} days).",
            "enable versioning, change feed, and soft delete with more days than the restore policy",
        )


def _service_outputs(request: Request, record: Record) -> dict[str, Any]:
    sku = account_of(request).get("sku") or {}
    return {"sku": {"name": sku.get("name"), "tier": sku.get("tier")}}


def _reset_to_defaults(deletion: Deletion) -> None:
    """Resets a deleted service to its defaults. Only the deletion of the account removes it."""
    account = deletion.cloud.get(arm_ids.parent(deletion.record.id))
    if account is not None:
        add_blob_service(deletion.cloud, account)


TYPE: Final = ArmType(
    token=BLOB_SERVICE,
    path=SERVICE_PATH,
    limits={
        "accountName": NAME,
        "changeFeed.retentionInDays": _LONG_DAYS,
        "containerDeleteRetentionPolicy.days": _DAYS,
        "deleteRetentionPolicy.days": _DAYS,
        "restorePolicy.days": _DAYS,
    },
    name=NameRule(DEFAULT, len(DEFAULT), len(DEFAULT), "The blob service of an account has the name 'default'."),
    rules=(_refuse_versioning, _refuse_restore_policy),
    outputs=_service_outputs,
    after_delete=_reset_to_defaults,
)
