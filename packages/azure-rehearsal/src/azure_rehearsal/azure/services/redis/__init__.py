"""Microsoft.Cache/redis: Azure Cache for Redis, which can no longer be created."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.redis import caches

TYPES: Final = caches.TYPES
