"""Blobs, which azure-native writes through the account's data plane.

Source: `provider/pkg/resources/customresources/custom_storage.go` of pulumi-azure-native. The content is not stored.
"""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, Request
from azure_rehearsal.azure.services.storage.common import BLOB, CONTAINER_PATH, NAME


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    account, container = request.path["accountName"], request.path["containerName"]
    return {
        "type": request.get("type"),
        "metadata": request.get("metadata", {}),
        "url": f"https://{account}.blob.core.windows.net/{container}/{request.name}",
    }


TYPE: Final = ArmType(
    token=BLOB,
    path=f"{CONTAINER_PATH}/blobs/{{blobName}}",
    auto_name="copy",
    force_new=("contentMd5", "source", "type"),
    limits={"accountName": NAME},
    defaults={"type": "Block", "contentType": "application/octet-stream"},
    outputs=_outputs,
)
