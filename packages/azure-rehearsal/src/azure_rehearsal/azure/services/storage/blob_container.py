"""Blob containers."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, Deletion, Limit, NameRule, Request
from azure_rehearsal.azure.services.storage.common import CONTAINER, CONTAINER_PATH, NAME, account_of
from azure_rehearsal.protocol.provider import Refused

SYSTEM_CONTAINERS: Final = frozenset({"$root", "$web", "$logs"})


def _refuse_name(request: Request) -> None:
    if request.name not in SYSTEM_CONTAINERS and not _NAME.allows(request.name):
        raise Refused(
            "InvalidResourceName",
            f"The specified resource name contains invalid characters. {_NAME.message} It is '{request.name}'.",
            "choose another name",
        )


def _refuse_public_access(request: Request) -> None:
    wanted = str(request.get("publicAccess", "None"))
    if wanted.lower() != "none" and not account_of(request).get("allowBlobPublicAccess"):
        raise Refused(
            "PublicAccessNotPermitted",
            f"Public access is not permitted on this storage account. Container '{request.name}' has publicAccess "
            f"'{wanted}', {account_of(request).get('name')} has allowBlobPublicAccess false.",
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


def _keep_while_account_exists(deletion: Deletion) -> None:
    """Keeps a container if only its blob service is deleted, because Azure never removes the blob service."""
    cloud, id = deletion.cloud, deletion.record.id
    if cloud.cascade_deleted[-1:] == [id] and cloud.get(id.split("/blobServices/")[0]) is not None:
        cloud.put(deletion.record)


_NAME: Final = NameRule(
    r"[a-z0-9](?!.*--)[a-z0-9-]*[a-z0-9]",
    3,
    63,
    "A container's name has 3 to 63 lower-case letters, digits and hyphens, begins and ends with a letter or digit and "
    "has no consecutive hyphens.",
)


TYPE: Final = ArmType(
    token=CONTAINER,
    path=CONTAINER_PATH,
    limits={"accountName": NAME, "containerName": Limit(min_length=3, max_length=63)},
    rules=(_refuse_name, _refuse_public_access),
    outputs=_container_outputs,
    after_delete=_keep_while_account_exists,
)
