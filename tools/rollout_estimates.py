"""Upper bounds for the duration of rollouts and node upgrades, from the longest call and the sizes of the pools."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from model.drain import drain_budget
from model.pools import CALL_POOLS, SURGE, max_nodes
from model.workloads import CATALOG
from settings.schema.aks import MEDIA_SURGE_NODES
from settings.schema.aks_stack import AksStackSettings

START: Final = timedelta(minutes=10)
"""Until a pod runs if no node is free: the autoscaler reacts, Azure creates a node, the node pulls the images."""
SURGE_SHARE: Final = int(SURGE.removesuffix("%")) / 100


@dataclass(frozen=True, kw_only=True)
class RolloutEstimate:
    """The longest rollout of `pods` pods. `at_once` is the number that are replaced together: one per free node."""

    workload: str
    pods: int
    at_once: int
    longest: timedelta


@dataclass(frozen=True, kw_only=True)
class UpgradeEstimate:
    """The longest upgrade of `nodes` nodes of a pool, `at_once` at a time."""

    pool: str
    nodes: int
    at_once: int
    longest: timedelta


@dataclass(frozen=True, kw_only=True)
class MaintenanceWindow:
    """A maintenance window, by its name under `voice:aks.maintenance`."""

    name: str
    length: timedelta


def rollout_estimate(settings: AksStackSettings, workload: str, pods: int) -> RolloutEstimate | None:
    """The longest rollout of a workload; `None` if its pods do not wait for calls.

    A pod stops after its replacement runs on a free node. If no node is free, the replacement waits until a pod has
    stopped, which can take the whole grace period.
    """
    waiting = {known.name: known.pool for known in CATALOG if known.waits_for_calls}
    if workload not in waiting or pods == 0:
        return None
    free = max(max_nodes(settings.aks, waiting[workload]) - pods, 1)
    grace = timedelta(seconds=drain_budget(settings.telephony).grace_seconds)
    longest = math.ceil(pods / free) * (START + grace)
    return RolloutEstimate(workload=workload, pods=pods, at_once=min(free, pods), longest=longest)


def upgrade_estimate(settings: AksStackSettings, pool: str, nodes: int) -> UpgradeEstimate | None:
    """The longest upgrade of the nodes of a pool; `None` if its pods do not wait for calls.

    Each node waits for its longest call. The zones of a media pool are upgraded one after the other.
    """
    if pool not in CALL_POOLS or nodes == 0:
        return None
    at_once = MEDIA_SURGE_NODES if pool in settings.aks.media_pools else math.ceil(nodes * SURGE_SHARE)
    soak = timedelta(minutes=settings.aks.node_soak_minutes)
    drain = timedelta(minutes=drain_budget(settings.telephony).node_minutes)
    longest = math.ceil(nodes / at_once) * (START + drain + soak)
    return UpgradeEstimate(pool=pool, nodes=nodes, at_once=at_once, longest=longest)


def maintenance_windows(settings: AksStackSettings) -> tuple[MaintenanceWindow, ...]:
    """The windows in which AKS upgrades nodes."""
    maintenance = settings.aks.maintenance
    return (
        MaintenanceWindow(name="upgrades", length=timedelta(hours=maintenance.upgrades.hours)),
        MaintenanceWindow(name="nodeImages", length=timedelta(hours=maintenance.node_images.hours)),
    )
