"""How many pods and nodes calls need: pure arithmetic from the settings, so that a stack file can state its result.

A region carries its own calls with one zone lost, and with all zones up its share of the calls of one lost region.
Calls per CPU are settings: they depend on codecs, recording and the agent, and want measuring.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from model.ports import LIVEKIT_SIP_RTP
from settings.schema.aks import MOST_MEDIA_NODES
from settings.schema.aks_stack import AksStackSettings

PORTS_OF_A_LEG: Final = 2
"""RTP and RTCP."""
LEGS_IN_FREESWITCH: Final = 2
"""To the carrier, and to the bridge or the agent: each is a session of FreeSWITCH."""
PACKETS_OF_A_LEG: Final = 100
"""Packets a second of one leg: 20 ms of sound each, both ways (RFC 3551's default packet time)."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """What calls a region must be able to carry, and over how many zones."""

    calls: int
    regions: int
    zones: int

    @property
    def with_a_lost_region(self) -> int:
        """Its own calls and its part of those of one region that is gone."""
        others = self.regions - 1
        return self.calls + (math.ceil(self.calls / others) if others else 0)


@dataclass(frozen=True, kw_only=True)
class PodsNeeded:
    """Pods of one workload. `calls_per_pod` is what one carries, `limit` names what bounds it, `pods_per_zone` are
    those of the zone with the most.
    """

    workload: str
    calls_per_pod: int
    limit: str
    pods: int
    pods_per_zone: int

    def carries(self, pods: int) -> int:
        """Concurrent calls that so many pods carry."""
        return pods * self.calls_per_pod

    @property
    def left_without_a_zone(self) -> int:
        """Pods that are left when the zone with the most of them is lost; all, where there is one zone only."""
        return self.pods if self.pods == self.pods_per_zone else self.pods - self.pods_per_zone


def pods_needed(workload: str, calls_per_pod: int, share: Share, limit: str = "CPU") -> PodsNeeded:
    """Pods of a zonal workload, one on each node.

    Own calls on the zones that are left when one is lost (a single zone has nothing to lose), all calls on all zones.
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
    """Pods of a workload on a pool that is one for all zones, one pod on each node, spread evenly over the zones.

    Own calls on the pods that are left when the zone with the most of them is lost, all calls on all pods.
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


def calls_by(cpu: int, calls_per_cpu: int, ports: int | None = None, legs: int = 1) -> tuple[int, str]:
    """What one pod carries, and what bounds it: its CPUs or its RTP ports."""
    by_cpu = cpu * calls_per_cpu
    if ports is None:
        return by_cpu, "CPU"
    by_ports = ports // (PORTS_OF_A_LEG * legs)
    return (by_ports, "RTP ports") if by_ports < by_cpu else (by_cpu, "CPU")


def weakest(carried: Mapping[str, tuple[int, str]]) -> tuple[int, str]:
    """What pods that share every call carry together, and what bounds them: workload and its limit."""
    workload, (calls, limit) = min(carried.items(), key=lambda item: item[1][0])
    return calls, f"{limit} of {workload}"


def livekit_sip_ports() -> int:
    """RTP ports of one LiveKit SIP."""
    return LIVEKIT_SIP_RTP.last - LIVEKIT_SIP_RTP.first + 1


def most_calls(calls_per_pod: int, regions: int, zones: int) -> int:
    """The most calls that a region may state, at the most nodes that a pool's addresses allow in each zone."""
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
    """What a region carries. `pods` has an entry for each workload that carries calls, by its name."""

    share: Share
    pods: dict[str, PodsNeeded]

    def calls_per_pod(self, workload: str) -> int:
        """Concurrent calls that one pod of a workload takes."""
        return self.pods[workload].calls_per_pod


def region_capacity(settings: AksStackSettings) -> Capacity:
    """Returns the pods that the calls of the stack's region need."""
    freeswitch, bridge, livekit, agent = settings.freeswitch, settings.livekit_sip, settings.livekit, settings.agent
    share = Share(
        calls=settings.telephony.concurrent_calls, regions=len(settings.regions), zones=len(settings.aks.zones)
    )
    carried = {
        "freeswitch": calls_by(
            freeswitch.cpu, freeswitch.calls_per_cpu, settings.telephony.rtp_ports.count, LEGS_IN_FREESWITCH
        ),
        "livekit-sip": calls_by(bridge.cpu, bridge.calls_per_cpu, livekit_sip_ports()),
        "livekit": calls_by(livekit.cpu, livekit.calls_per_cpu),
        "voice-agent": calls_by(agent.cpu, agent.calls_per_cpu),
    }
    if freeswitch.bridge == "livekit":
        # LiveKit SIP does not refuse calls by itself: the FreeSWITCH of its node bounds them for both.
        carried |= dict.fromkeys(
            ("freeswitch", "livekit-sip"), weakest({name: carried[name] for name in ("freeswitch", "livekit-sip")})
        )
    pods = {
        name: (spread_pods_needed if name == "voice-agent" else pods_needed)(name, calls, share, limit)
        for name, (calls, limit) in carried.items()
    }
    return Capacity(share=share, pods=pods)
