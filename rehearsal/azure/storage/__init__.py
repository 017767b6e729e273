"""Microsoft.Storage: accounts, blob services, containers, lifecycle rules."""

from __future__ import annotations

from typing import Final

from rehearsal.azure.storage import accounts, blobs, lifecycle

TYPES: Final = (*accounts.TYPES, *blobs.TYPES, *lifecycle.TYPES)
FUNCTIONS: Final = accounts.FUNCTIONS
