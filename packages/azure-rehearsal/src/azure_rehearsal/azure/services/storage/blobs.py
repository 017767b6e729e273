"""The blob service of an account and its containers."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, Deletion, Limit, NameRule, Request, dig
from azure_rehearsal.azure.services.storage.accounts import (
    ACCOUNT,
    BLOB_SERVICE,
    CONTAINER,
    DEFAULT,
    NAME,
    PATH,
    add_blob_service,
)
from azure_rehearsal.protocol.provider import Refused

SERVICE_PATH: Final = f"{PATH}/blobServices/{{blobServicesName}}"
SYSTEM_CONTAINERS: Final = frozenset({"$root", "$web", "$logs"})

_DAYS: Final = Limit(low=1, high=365)
_LONG_DAYS: Final = Limit(low=1, high=146000)


def _account(request: Request) -> dict[str, Any]:
    """The properties of the account that a service or container belongs to."""
    id = request.id.split("/blobServices/")[0]
    record = request.cloud.get(id)
    return record.properties if record and record.type == ACCOUNT else {}


# The blob service


def _refuse_versioning(request: Request) -> None:
    if request.get("isVersioningEnabled") and _account(request).get("isHnsEnabled"):
        raise Refused(
            "InvalidRequestPropertyValue",
            f"The value 'True' for property 'isVersioningEnabled' is invalid: {request.id} belongs to an account with "
            "hierarchical namespace, which has no blob versioning.",
            "leave isVersioningEnabled out, or use an account without hierarchical namespace",
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
            f"The value for property 'restorePolicy' of {request.id} is invalid: it needs "
            f"{', '.join(missing) or 'fewer days than deleteRetentionPolicy'} (restorePolicy {restore} days, "
            f"deleteRetentionPolicy {kept} days).",
            "turn on versioning, change feed and soft delete with more days than the restore policy",
        )


def _service_outputs(request: Request, record: Record) -> dict[str, Any]:
    sku = _account(request).get("sku") or {}
    return {"sku": {"name": sku.get("name"), "tier": sku.get("tier")}}


def _service_reset(deletion: Deletion) -> None:
    """Deleting the service sets it back to its defaults; it goes with its account only."""
    account = deletion.cloud.get(arm_ids.parent(deletion.record.id))
    if account is not None:
        add_blob_service(deletion.cloud, account)


# Containers


def _refuse_name(request: Request) -> None:
    if request.name not in SYSTEM_CONTAINERS and not _NAME.allows(request.name):
        raise Refused(
            "InvalidResourceName",
            f"The specified resource name contains invalid characters. {_NAME.words} It is '{request.name}'.",
            "choose another name",
        )


def _refuse_public_access(request: Request) -> None:
    wanted = str(request.get("publicAccess", "None"))
    if wanted.lower() != "none" and not _account(request).get("allowBlobPublicAccess"):
        raise Refused(
            "PublicAccessNotPermitted",
            f"Public access is not permitted on this storage account. Container '{request.name}' asks for '{wanted}', "
            f"{_account(request).get('name')} has allowBlobPublicAccess false.",
            "set publicAccess to None",
        )


def _container_outputs(request: Request, record: Record) -> dict[str, Any]:
    return {
        "deleted": False,
        "hasImmutabilityPolicy": False,
        "hasLegalHold": False,
        "leaseState": "Available",
        "leaseStatus": "Unlocked",
        "remainingRetentionDays": 0,
        "publicAccess": request.get("publicAccess", "None"),
    }


def _kept_while_account_is(deletion: Deletion) -> None:
    """A container does not go with its blob service, which is never really deleted."""
    cloud, id = deletion.cloud, deletion.record.id
    if cloud.swept[-1:] == [id] and cloud.get(id.split("/blobServices/")[0]) is not None:
        cloud.put(deletion.record)


_NAME: Final = NameRule(
    r"[a-z0-9](?!.*--)[a-z0-9-]*[a-z0-9]",
    3,
    63,
    "A container's name has 3 to 63 lower-case letters, digits and hyphens, begins and ends with a letter or digit and "
    "has no two hyphens in a row.",
)

TYPES: Final = (
    ArmType(
        token=BLOB_SERVICE,
        path=SERVICE_PATH,
        limits={
            "accountName": NAME,
            "changeFeed.retentionInDays": _LONG_DAYS,
            "containerDeleteRetentionPolicy.days": _DAYS,
            "deleteRetentionPolicy.days": _DAYS,
            "restorePolicy.days": _DAYS,
        },
        name=NameRule(DEFAULT, len(DEFAULT), len(DEFAULT), "The blob service of an account is called 'default'."),
        rules=(_refuse_versioning, _refuse_restore_policy),
        outputs=_service_outputs,
        gone=_service_reset,
    ),
    ArmType(
        token=CONTAINER,
        path=f"{PATH}/blobServices/default/containers/{{containerName}}",
        limits={"accountName": NAME, "containerName": Limit(shortest=3, longest=63)},
        rules=(_refuse_name, _refuse_public_access),
        outputs=_container_outputs,
        gone=_kept_while_account_is,
    ),
)


def blob_service(request: Request, account_id: str) -> Record | None:
    """The blob service of an account as it is set now."""
    return request.cloud.get(f"{account_id}/blobServices/{DEFAULT}")


def tracks_last_access(service: Record | None) -> bool:
    return bool(service and dig(service.properties, "lastAccessTimeTrackingPolicy.enable"))
