"""Tokens, id template, and lookups that accounts, blob services and containers share."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids, default_resources
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import Limit, Request, get_path

ACCOUNT: Final = "azure-native:storage:StorageAccount"
BLOB_SERVICE: Final = "azure-native:storage:BlobServiceProperties"
CONTAINER: Final = "azure-native:storage:BlobContainer"
BLOB: Final = "azure-native:storage:Blob"
STATIC_WEBSITE: Final = "azure-native:storage:StorageAccountStaticWebsite"
PATH: Final = arm_ids.provider_id("Microsoft.Storage/storageAccounts", "accountName")
NAME: Final = Limit(min_length=3, max_length=24, pattern=r"^[a-z0-9]+$")
DEFAULT: Final = "default"
CONTAINER_PATH: Final = f"{PATH}/blobServices/{DEFAULT}/containers/{{containerName}}"


def sku_of(properties: dict[str, Any]) -> str:
    """The SKU of an account in lower case."""
    return str(get_path(properties, "sku.name", "")).lower()


def blob_service_id(account_id: str) -> str:
    """The id of an account's blob service."""
    return f"{account_id}/blobServices/{DEFAULT}"


def add_blob_service(cloud: Cloud, account: Record) -> None:
    """Adds the blob service that every account has."""
    sku = {"name": get_path(account.properties, "sku.name"), "tier": get_path(account.properties, "sku.tier")}
    default_resources.add(cloud, blob_service_id(account.id), BLOB_SERVICE, {"sku": sku})


def account_of(request: Request) -> dict[str, Any]:
    """The properties of the account of a blob service or container."""
    id = request.id.split("/blobServices/")[0]
    record = request.cloud.get(id)
    return record.properties if record and record.type == ACCOUNT else {}


def blob_service(request: Request, account_id: str) -> Record | None:
    """The current blob service of an account."""
    return request.cloud.get(f"{account_id}/blobServices/{DEFAULT}")


def tracks_last_access(service: Record | None) -> bool:
    """Whether a blob service tracks the last access time."""
    return bool(service and get_path(service.properties, "lastAccessTimeTrackingPolicy.enable"))


def is_geo_redundant(sku: str) -> bool:
    """Whether a SKU in lower case replicates to the paired region: `standard_grs`, `standard_ragzrs` …"""
    return sku.partition("_")[2].removeprefix("ra").startswith("g")
