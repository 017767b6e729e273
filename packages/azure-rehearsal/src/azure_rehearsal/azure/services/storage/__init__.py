"""Microsoft.Storage: accounts, blob services, containers, lifecycle rules."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.storage import accounts, blobs, lifecycle

TYPES: Final = (*accounts.TYPES, *blobs.TYPES, *lifecycle.TYPES)
FUNCTIONS: Final = accounts.FUNCTIONS
