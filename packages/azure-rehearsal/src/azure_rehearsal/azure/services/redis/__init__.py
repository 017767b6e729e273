"""Microsoft.Cache/redis: Azure Cache for Redis, which Azure no longer creates."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.redis import redis

TYPES: Final = (redis.TYPE,)
