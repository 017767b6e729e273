"""Storage accounts, containers, management policies."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.makers.common import made
from simulator_tests.azure.world import Made, World, merged


def account(world: World, name: str = "stvoice", **changes: Any) -> Made:
    base = {
        "accountName": name,
        "kind": "StorageV2",
        "sku": {"name": "Standard_GRS"},
        "accessTier": "Hot",
        "allowSharedKeyAccess": False,
        "minimumTlsVersion": "TLS1_2",
    }
    return made(world, "storage:StorageAccount", name, base, changes)


def blob_service(world: World, **changes: Any) -> Made:
    base = {"accountName": "stvoice", "blobServicesName": "default", "isVersioningEnabled": True}
    return made(world, "storage:BlobServiceProperties", "blobs", base, changes)


def container(world: World, name: str = "recordings", **changes: Any) -> Made:
    return made(world, "storage:BlobContainer", name, {"accountName": "stvoice", "containerName": name}, changes)


def lifecycle(world: World, *rules: dict[str, Any], **changes: Any) -> Made:
    base = {"accountName": "stvoice", "managementPolicyName": "default", "policy": {"rules": list(rules)}}
    return made(world, "storage:ManagementPolicy", "lifecycle", base, changes)


def lifecycle_rule(name: str = "recordings", **definition: Any) -> dict[str, Any]:
    base = {
        "actions": {
            "baseBlob": {
                "tierToCool": {"daysAfterModificationGreaterThan": 30},
                "tierToArchive": {"daysAfterModificationGreaterThan": 90},
                "delete": {"daysAfterModificationGreaterThan": 365},
            }
        },
        "filters": {"blobTypes": ["blockBlob"], "prefixMatch": ["recordings/"]},
    }
    return {"name": name, "type": "Lifecycle", "enabled": True, "definition": merged(base, definition)}
