"""How long rollouts and upgrades may take at most: what follows from the longest call and the stack's pools."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from model.checks.workloads import MEDIA_WORKLOADS
from model.drain import drain_budget
from model.pools import SURGE
from settings.schema.aks import MEDIA_SURGE_NODES
from settings.schema.aks_stack import AksStackSettings

START: Final = timedelta(minutes=10)
"""Until a pod runs where no node is free: the autoscaler looks, Azure makes a node, its images are pulled."""
SURGE_SHARE: Final = int(SURGE.removesuffix("%")) / 100
POOLS: Final = {**MEDIA_WORKLOADS, "voice-agent": "agents", "livekit-egress": "agents"}
"""Workloads whose pods wait for calls when they go, and their pools."""


@dataclass(frozen=True, kw_only=True)
class RolloutClock:
    """How long a rollout of so many pods may last. `at_once` is how many go at a time: one for each free node."""

    workload: str
    pods: int
    at_once: int
    longest: timedelta


@dataclass(frozen=True, kw_only=True)
class UpgradeClock:
    """How long AKS may take to upgrade so many nodes of a pool, `at_once` at a time."""

    pool: str
    nodes: int
    at_once: int
    longest: timedelta


@dataclass(frozen=True, kw_only=True)
class Window:
    """A maintenance window, by its name in the stack file."""

    name: str
    length: timedelta


def rollout_clock(settings: AksStackSettings, workload: str, pods: int) -> RolloutClock | None:
    """The longest rollout of a workload; `None` for one whose pods wait for no calls.

    A pod is replaced when a new one runs elsewhere, so each needs a free node; where none is free it waits for the one
    before it, which may take the whole grace period.
    """
    pool = POOLS.get(workload)
    if pool is None or pods == 0:
        return None
    free = max(_most_nodes(settings, pool) - pods, 1)
    grace = timedelta(seconds=drain_budget(settings.telephony).grace_seconds)
    longest = math.ceil(pods / free) * (START + grace)
    return RolloutClock(workload=workload, pods=pods, at_once=min(free, pods), longest=longest)


def _most_nodes(settings: AksStackSettings, pool: str) -> int:
    for name, media in settings.aks.media_pools.items():
        if name == pool:
            return media.max_nodes_per_zone * len(settings.aks.zones)
    return settings.aks.pools[pool].max_nodes


def upgrade_clock(settings: AksStackSettings, pool: str, nodes: int) -> UpgradeClock | None:
    """The longest upgrade of the nodes of a pool; `None` for one whose pods wait for no calls.

    Each node waits for its longest call. The pools of a media pool's zones are counted one after the other.
    """
    if pool not in POOLS.values() or nodes == 0:
        return None
    at_once = MEDIA_SURGE_NODES if pool in settings.aks.media_pools else math.ceil(nodes * SURGE_SHARE)
    soak = timedelta(minutes=settings.aks.node_soak_minutes)
    drain = timedelta(minutes=drain_budget(settings.telephony).node_minutes)
    longest = math.ceil(nodes / at_once) * (START + drain + soak)
    return UpgradeClock(pool=pool, nodes=nodes, at_once=at_once, longest=longest)


def windows(settings: AksStackSettings) -> tuple[Window, ...]:
    """The windows in which AKS may upgrade nodes."""
    maintenance = settings.aks.maintenance
    return (
        Window(name="upgrades", length=timedelta(hours=maintenance.upgrades.hours)),
        Window(name="nodeImages", length=timedelta(hours=maintenance.node_images.hours)),
    )
