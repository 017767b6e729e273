"""Microsoft.Storage: accounts, blob services, containers, blobs, static websites, management policies."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.storage import (
    blob,
    blob_container,
    blob_service_properties,
    management_policy,
    storage_account,
    storage_account_static_website,
)

TYPES: Final = (
    storage_account.TYPE,
    blob_service_properties.TYPE,
    blob_container.TYPE,
    blob.TYPE,
    storage_account_static_website.TYPE,
    management_policy.TYPE,
)
FUNCTIONS: Final = storage_account.FUNCTIONS
