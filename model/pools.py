"""The node pools that the platform needs: one descriptor each.

A stack file sizes these pools and can add pools of its own (`voice:aks.pools`), which run on the workload subnet and
take services of the `voice-apps` namespace. The workloads of a pool are those that name it (`model.workloads`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from model.address_plan import Subnet
from settings.schema.aks import AksSettings, MediaPool, WorkloadPool

SURGE: Final = "33%"
"""Extra nodes during the upgrade of a pool on private addresses (AKS's advice for production)."""


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A node pool.

    `media`: its nodes have public addresses, one AKS pool per zone. `carries_calls`: never on spot nodes.
    """

    name: str
    subnet: Subnet
    media: bool = False
    carries_calls: bool = False


LIVEKIT: Final = Pool(name="livekit", subnet=Subnet.LIVEKIT, media=True, carries_calls=True)
SIP: Final = Pool(name="sip", subnet=Subnet.SIP, media=True, carries_calls=True)
AGENTS: Final = Pool(name="agents", subnet=Subnet.WORKLOAD, carries_calls=True)
API: Final = Pool(name="api", subnet=Subnet.WORKLOAD)
"""The SIP edge, the Gateway and the controllers."""

POOLS: Final = (LIVEKIT, SIP, AGENTS, API)
MEDIA_POOLS: Final = tuple(pool for pool in POOLS if pool.media)
CALL_POOLS: Final = frozenset(pool.name for pool in POOLS if pool.carries_calls)
SYSTEM_POOL: Final = "system"
"""The pool inside the cluster resource, for Kubernetes itself."""


def media_pool_named(name: str) -> Pool:
    """Returns the media pool of a name. Raises `KeyError`."""
    return {pool.name: pool for pool in MEDIA_POOLS}[name]


def media_pool(aks: AksSettings, pool: Pool) -> MediaPool:
    """Returns the settings of a media pool. The checks refuse a stack file without it."""
    return next(settings for name, settings in aks.media_pools.items() if name == pool.name)


def media_prefix_lengths(aks: AksSettings) -> dict[str, int]:
    """Returns the length of the public prefixes of each media pool."""
    return {pool.name: media_pool(aks, pool).prefix_length for pool in MEDIA_POOLS}


def max_nodes(aks: AksSettings, pool: Pool) -> int:
    """Returns the most nodes of a pool's generation in the region."""
    return region_max_nodes(aks, media_pool(aks, pool) if pool.media else aks.pools[pool.name])


def region_max_nodes(aks: AksSettings, settings: MediaPool | WorkloadPool) -> int:
    """Returns the most nodes of a generation in the region, for a pool by its settings."""
    if isinstance(settings, MediaPool):
        return settings.max_nodes_per_zone * len(aks.zones)
    return settings.max_nodes


def dedicated_taint(pool: str) -> str:
    """Returns the taint that keeps other pods off a pool."""
    return f"{pool}=true:NoSchedule"
