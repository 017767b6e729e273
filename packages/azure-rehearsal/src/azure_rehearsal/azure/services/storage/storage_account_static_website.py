"""The static website of a storage account, which azure-native enables through the account's data plane.

Source: `provider/pkg/resources/customresources/custom_storage.go` of pulumi-azure-native.
"""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids, default_resources
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, Request
from azure_rehearsal.azure.services.storage.common import CONTAINER, NAME, PATH, STATIC_WEBSITE, blob_service_id

WEB_CONTAINER: Final = "$web"


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    return {"containerName": WEB_CONTAINER}


def _create_container(request: Request, record: Record) -> None:
    """Azure keeps the container when the website is disabled."""
    id = f"{blob_service_id(arm_ids.parent(record.id))}/containers/{WEB_CONTAINER}"
    default_resources.add(request.cloud, id, CONTAINER, {"publicAccess": "None"})


TYPE: Final = ArmType(
    token=STATIC_WEBSITE,
    path=f"{PATH}/staticWebsite",
    auto_name=None,
    limits={"accountName": NAME},
    outputs=_outputs,
    after_write=_create_container,
)
