"""The pods and nodes that calls need: pure arithmetic from the settings, so that a stack file can state the result.

A region carries its own calls with one zone lost, and with all zones up its share of the calls of one lost region.
Calls per CPU are settings: they depend on codecs, recording and the agent, so measure them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from model.workloads import CALL_WORKLOADS
from model.workloads.workload import Workload
from settings.schema.aks import MOST_MEDIA_NODES
from settings.schema.aks_stack import AksStackSettings

PACKETS_OF_A_LEG: Final = 100
"""Packets per second of one leg in both directions: each holds 20 ms of audio (RFC 3551's default packet time)."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """The calls that a region must be able to carry, and the number of its zones."""

    calls: int
    regions: int
    zones: int

    @property
    def with_a_lost_region(self) -> int:
        """The region's own calls and its share of the calls of one lost region."""
        others = self.regions - 1
        return self.calls + (math.ceil(self.calls / others) if others else 0)


@dataclass(frozen=True, kw_only=True)
class PodsNeeded:
    """The pods of one workload. `limit` names what limits `calls_per_pod`; `pods_per_zone` counts the pods of the
    fullest zone.
    """

    workload: str
    calls_per_pod: int
    limit: str
    pods: int
    pods_per_zone: int

    def carries(self, pods: int) -> int:
        """Returns the concurrent calls that this number of pods carries."""
        return pods * self.calls_per_pod

    @property
    def left_without_a_zone(self) -> int:
        """The pods that remain when the fullest zone is lost; all pods if there is only one zone."""
        return self.pods if self.pods == self.pods_per_zone else self.pods - self.pods_per_zone


def pods_needed(workload: str, calls_per_pod: int, share: Share, limit: str = "CPU") -> PodsNeeded:
    """Returns the pods of a zonal workload, one on each node.

    The remaining zones carry the region's own calls when one zone is lost. All zones together carry all calls.
    """
    left = max(share.zones - 1, 1)
    own = math.ceil(math.ceil(share.calls / calls_per_pod) / left)
    every = math.ceil(math.ceil(share.with_a_lost_region / calls_per_pod) / share.zones)
    per_zone = max(own, every)
    return PodsNeeded(
        workload=workload,
        calls_per_pod=calls_per_pod,
        limit=limit,
        pods=per_zone * share.zones,
        pods_per_zone=per_zone,
    )


def spread_pods_needed(workload: str, calls_per_pod: int, share: Share, limit: str = "CPU") -> PodsNeeded:
    """Returns the pods of a workload whose pool spans all zones: one pod on each node, spread evenly over the zones.

    The remaining pods carry the region's own calls when the fullest zone is lost. All pods together carry all calls.
    """
    own = math.ceil(share.calls / calls_per_pod)
    every = math.ceil(share.with_a_lost_region / calls_per_pod)
    with_a_spare_zone = math.ceil(own * share.zones / (share.zones - 1)) if share.zones > 1 else own
    pods = max(every, with_a_spare_zone)
    return PodsNeeded(
        workload=workload,
        calls_per_pod=calls_per_pod,
        limit=limit,
        pods=pods,
        pods_per_zone=math.ceil(pods / share.zones),
    )


def weakest(carried: Mapping[str, tuple[int, str]]) -> tuple[int, str]:
    """Returns the calls that workloads which share every call carry together: those of the weakest, with its limit."""
    workload, (calls, limit) = min(carried.items(), key=lambda item: item[1][0])
    return calls, f"{limit} of {workload}"


def most_calls(calls_per_pod: int, regions: int, zones: int) -> int:
    """Returns the most calls that a region can carry with the nodes that the addresses of a media pool allow."""
    calls = 0
    step = 1 << 20
    while step:
        share = Share(calls=calls + step, regions=regions, zones=zones)
        if pods_needed("", calls_per_pod, share).pods_per_zone <= MOST_MEDIA_NODES:
            calls += step
        step >>= 1
    return calls


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """The capacity of a region. `pods` has an entry for each workload that carries calls, by name."""

    share: Share
    pods: dict[str, PodsNeeded]

    def calls_per_pod(self, workload: str) -> int:
        """Returns the concurrent calls that one pod of a workload takes."""
        return self.pods[workload].calls_per_pod


def region_capacity(settings: AksStackSettings) -> Capacity:
    """Returns the pods that the calls of the stack's region need."""
    share = Share(
        calls=settings.telephony.concurrent_calls, regions=len(settings.regions), zones=len(settings.aks.zones)
    )
    return Capacity(
        share=share,
        pods={
            workload.name: (pods_needed if workload.pool.media else spread_pods_needed)(
                workload.name, calls, share, limit
            )
            for workload, (calls, limit) in _carried(settings).items()
        },
    )


def _carried(settings: AksStackSettings) -> dict[Workload, tuple[int, str]]:
    """The calls of a pod and their limit, for each workload that carries calls."""
    alone = {known: calls.calls_per_pod(settings) for known, calls in CALL_WORKLOADS.items()}
    together = dict(alone)
    for known, calls in CALL_WORKLOADS.items():
        group = (known, *calls.limited_with(settings))
        if len(group) > 1:
            together |= dict.fromkeys(group, weakest({member.name: alone[member] for member in group}))
    return together
