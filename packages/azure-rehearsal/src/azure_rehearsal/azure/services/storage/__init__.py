"""Microsoft.Storage: accounts, blob services, containers, management policies."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.storage import (
    blob_container,
    blob_service_properties,
    management_policy,
    storage_account,
)

TYPES: Final = (
    storage_account.TYPE,
    blob_service_properties.TYPE,
    blob_container.TYPE,
    management_policy.TYPE,
)
FUNCTIONS: Final = storage_account.FUNCTIONS
