"""Azure Cache for Redis. Azure refuses new caches, so every write is refused."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import ArmType, Request
from azure_rehearsal.protocol.provider import Refused

REDIS: Final = "azure-native:redis:Redis"


def _refuse(request: Request) -> None:
    raise Refused(
        "BadRequest",
        "Azure Cache for Redis is retiring, create Azure Managed Redis instance instead. "
        f"https://aka.ms/AzureCacheForRedisRetirement (cache '{request.name}')",
        "use redisenterprise.RedisEnterprise with a Balanced_*, MemoryOptimized_* or ComputeOptimized_* SKU",
    )


TYPE: Final = ArmType(
    token=REDIS,
    path=arm_ids.provider_id("Microsoft.Cache/redis", "name"),
    location_required=True,
    rules=(_refuse,),
)
