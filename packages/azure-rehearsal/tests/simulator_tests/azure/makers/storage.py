"""Storage accounts, containers, management policies."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.harness import AzureHarness, Deployed, merged
from simulator_tests.azure.makers.common import made


def account(azure: AzureHarness, name: str = "stshop", **changes: Any) -> Deployed:
    base = {
        "accountName": name,
        "kind": "StorageV2",
        "sku": {"name": "Standard_GRS"},
        "accessTier": "Hot",
        "allowSharedKeyAccess": False,
        "minimumTlsVersion": "TLS1_2",
    }
    return made(azure, "storage:StorageAccount", name, base, changes)


def blob_service(azure: AzureHarness, **changes: Any) -> Deployed:
    base = {"accountName": "stshop", "blobServicesName": "default", "isVersioningEnabled": True}
    return made(azure, "storage:BlobServiceProperties", "blobs", base, changes)


def container(azure: AzureHarness, name: str = "reports", **changes: Any) -> Deployed:
    return made(azure, "storage:BlobContainer", name, {"accountName": "stshop", "containerName": name}, changes)


def blob(azure: AzureHarness, name: str = "index.html", **changes: Any) -> Deployed:
    base = {"accountName": "stshop", "containerName": "reports", "blobName": name}
    return made(azure, "storage:Blob", name, base, changes)


def website(azure: AzureHarness, **changes: Any) -> Deployed:
    base = {"accountName": "stshop", "indexDocument": "index.html"}
    return made(azure, "storage:StorageAccountStaticWebsite", "website", base, changes)


def lifecycle(azure: AzureHarness, *rules: dict[str, Any], **changes: Any) -> Deployed:
    base = {"accountName": "stshop", "managementPolicyName": "default", "policy": {"rules": list(rules)}}
    return made(azure, "storage:ManagementPolicy", "lifecycle", base, changes)


def lifecycle_rule(name: str = "reports", **definition: Any) -> dict[str, Any]:
    base = {
        "actions": {
            "baseBlob": {
                "tierToCool": {"daysAfterModificationGreaterThan": 30},
                "tierToArchive": {"daysAfterModificationGreaterThan": 90},
                "delete": {"daysAfterModificationGreaterThan": 365},
            }
        },
        "filters": {"blobTypes": ["blockBlob"], "prefixMatch": ["reports/"]},
    }
    return {"name": name, "type": "Lifecycle", "enabled": True, "definition": merged(base, definition)}
