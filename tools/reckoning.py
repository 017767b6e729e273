"""What calls need of a region, laid out for people: rows of workloads, pools and situations, and what to write down.

The arithmetic is `model.capacity`'s; here it is only put in order. `make capacity` shows it, docs/capacity.md keeps
it for production.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from model.capacity import PACKETS_OF_A_LEG, PORTS_OF_A_LEG, region_capacity
from model.checks.workloads import MEDIA_WORKLOADS, WORKLOAD_RULES, agent_nodes
from model.ports import LIVEKIT_ICE_MUX, freeswitch_rtp
from settings.loader.stack_file import NAMESPACE, read_sections, settings_from
from settings.schema.aks import MOST_MEDIA_NODES, MediaPool, WorkloadPool
from settings.schema.aks_stack import AksStackSettings
from settings.schema.call_costs import CALL_COSTS, SPARE, CallCost
from settings.schema.errors import Problem, SettingsError

AGENTS: Final = "voice-agent"


@dataclass(frozen=True, kw_only=True)
class CallShape:
    """What one call is to a workload: `legs` through which its sound goes, and how many of them take RTP ports."""

    legs: int
    legs_with_ports: int
    words: str


SHAPES: Final[Mapping[str, CallShape]] = {
    "freeswitch": CallShape(legs=2, legs_with_ports=2, words="one towards the carrier, one towards the bridge"),
    "livekit-sip": CallShape(legs=2, legs_with_ports=1, words="one towards FreeSWITCH, one into the room"),
    "livekit": CallShape(legs=2, legs_with_ports=0, words="the caller and the agent, over the mux"),
    AGENTS: CallShape(legs=1, legs_with_ports=0, words="one into the room"),
}


@dataclass(frozen=True, kw_only=True)
class WorkloadRow:
    """One workload. Ports and packets are those of a pod that is full; packets are counted both ways, a second."""

    workload: str
    pool: str
    cpus: int
    calls_per_cpu: int
    calls_per_pod: int
    limit: str
    pods: int
    pods_per_zone: int
    legs: int
    rtp_ports: int
    packets: int

    @property
    def all_cpus(self) -> int:
        return self.pods * self.cpus


@dataclass(frozen=True, kw_only=True)
class PoolRow:
    """One pool: nodes that the calls need, in the fullest zone and in the region, and the most that the file allows.

    `by_zone`: the file counts them by zone, so `allowed` does; otherwise both are for the region.
    """

    pool: str
    vm_size: str
    by_zone: bool
    in_a_zone: int
    nodes: int
    allowed: int

    @property
    def needed(self) -> int:
        """In the unit of `allowed`."""
        return self.in_a_zone if self.by_zone else self.nodes


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Calls in the region, and for each workload the pods that are there and the calls that these can carry."""

    name: str
    calls: int
    pods: Mapping[str, int]
    room: Mapping[str, int]

    def on_each(self, workload: str) -> float:
        """Calls on a pod."""
        return self.calls / self.pods[workload]

    def used(self, workload: str) -> float:
        """Share of what the pods there can carry."""
        return self.calls / self.room[workload]


@dataclass(frozen=True, kw_only=True)
class Reckoning:
    """What so many calls need of a stack's region."""

    stack: str
    region: str
    calls: int
    zones: int
    regions: int
    workloads: tuple[WorkloadRow, ...]
    pools: tuple[PoolRow, ...]
    situations: tuple[Situation, ...]
    to_write: Mapping[str, Any]
    refused: tuple[Problem, ...]
    assumptions: tuple[str, ...]


def reckon(stack: str, settings: AksStackSettings) -> Reckoning:
    """The reckoning of a stack whose settings state the calls. What cannot be had stands in `refused`."""
    rows = tuple(_workloads(settings))
    pools = tuple(_pools(settings))
    return Reckoning(
        stack=stack,
        region=settings.region,
        calls=settings.telephony.concurrent_calls,
        zones=len(settings.aks.zones),
        regions=len(settings.regions),
        workloads=rows,
        pools=pools,
        situations=tuple(_situations(settings)),
        to_write=_to_write(settings, pools),
        refused=tuple(_refused(settings)),
        assumptions=tuple(_assumptions(settings)),
    )


def with_calls(settings: AksStackSettings, calls: int) -> AksStackSettings:
    """The settings as if they stated so many calls; unchecked, so that what they need can be told."""
    telephony = settings.telephony.model_copy(update={"concurrent_calls": calls})
    return settings.model_copy(update={"telephony": telephony})


def _workloads(settings: AksStackSettings) -> Iterator[WorkloadRow]:
    sections = {
        "freeswitch": settings.freeswitch,
        "livekit-sip": settings.livekit_sip,
        "livekit": settings.livekit,
        AGENTS: settings.agent,
    }
    for name, section in sections.items():
        needed, shape = region_capacity(settings).pods[name], SHAPES[name]
        yield WorkloadRow(
            workload=name,
            pool=MEDIA_WORKLOADS.get(name, "agents"),
            cpus=section.cpu,
            calls_per_cpu=section.calls_per_cpu,
            calls_per_pod=needed.calls_per_pod,
            limit=needed.limit,
            pods=needed.pods,
            pods_per_zone=needed.pods_per_zone,
            legs=shape.legs,
            rtp_ports=needed.calls_per_pod * shape.legs_with_ports * PORTS_OF_A_LEG,
            packets=needed.calls_per_pod * shape.legs * PACKETS_OF_A_LEG,
        )


def _pools(settings: AksStackSettings) -> Iterator[PoolRow]:
    pods, zones = region_capacity(settings).pods, len(settings.aks.zones)
    for name, pool in settings.aks.media_pools.items():
        nodes = max(pods[workload].pods_per_zone for workload, on in MEDIA_WORKLOADS.items() if on == name)
        if zones == 1 and nodes < MOST_MEDIA_NODES:
            # A rollout takes a node more than pods; of several zones one is in reserve.
            nodes += 1
        yield PoolRow(
            pool=name,
            vm_size=_size(pool),
            by_zone=True,
            in_a_zone=nodes,
            nodes=nodes * zones,
            allowed=pool.max_nodes_per_zone,
        )
    agents = settings.aks.pools["agents"]
    nodes = max(agent_nodes(settings), settings.agent.min_replicas + 1)
    yield PoolRow(
        pool="agents",
        vm_size=_size(agents),
        by_zone=False,
        in_a_zone=-(-nodes // zones),
        nodes=nodes,
        allowed=agents.max_nodes,
    )


def _size(pool: MediaPool | WorkloadPool) -> str:
    return next(generation.vm_size for generation in pool.generations if generation.state == "active")


def _situations(settings: AksStackSettings) -> Iterator[Situation]:
    capacity = region_capacity(settings)
    share, pods = capacity.share, capacity.pods

    def situation(name: str, calls: int, left: Mapping[str, int]) -> Situation:
        room = {workload: pods[workload].carries(count) for workload, count in left.items()}
        return Situation(name=name, calls=calls, pods=left, room=room)

    every = {name: needed.pods for name, needed in pods.items()}
    yield situation("all is well", share.calls, every)
    if share.zones > 1:
        left = {name: needed.left_without_a_zone for name, needed in pods.items()}
        yield situation("a zone is lost", share.calls, left)
    if share.regions > 1:
        yield situation("a region is lost", share.with_a_lost_region, every)


def _to_write(settings: AksStackSettings, pools: tuple[PoolRow, ...]) -> dict[str, Any]:
    """The sections of the stack file with the values that the calls need; what is large enough is left as it is."""
    sections: dict[str, Any] = {
        f"{NAMESPACE}:telephony": {"concurrentCalls": settings.telephony.concurrent_calls},
    }
    media = {row.pool: {"maxNodesPerZone": row.needed} for row in pools if row.by_zone and row.needed > row.allowed}
    others = {row.pool: {"maxNodes": row.needed} for row in pools if not row.by_zone and row.needed > row.allowed}
    aks = {**({"mediaPools": media} if media else {}), **({"pools": others} if others else {})}
    if aks:
        sections[f"{NAMESPACE}:aks"] = aks
    agents = region_capacity(settings).pods[AGENTS].pods
    if agents > settings.agent.max_replicas:
        sections[f"{NAMESPACE}:agent"] = {"maxReplicas": agents}
    return sections


def _refused(settings: AksStackSettings) -> Iterator[Problem]:
    """What no number of nodes helps against: the rules of the stack file say it, in their own words."""
    for problem in WORKLOAD_RULES["pools carry the calls"](settings):
        if problem.path == f"{NAMESPACE}:telephony.concurrentCalls":
            yield problem


def problems_when_written(stack_file: Path, to_write: Mapping[str, Any]) -> tuple[Problem, ...]:
    """What is wrong with a stack file in which that stands: the network may be too small for so many nodes."""
    sections = {name.removeprefix(f"{NAMESPACE}:"): value for name, value in to_write.items()}
    try:
        settings_from(_merged(read_sections(stack_file), sections), stack_file.parent)
    except SettingsError as error:
        return error.problems
    return ()


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Maps key by key, anything else replaced."""
    return {
        **below,
        **{
            key: _merged(below[key], value)
            if isinstance(value, Mapping) and isinstance(below.get(key), Mapping)
            else value
            for key, value in above.items()
        },
    }


def _measurements() -> Iterator[str]:
    """One sentence for each method, with what it found for each workload."""
    for (measured, method), costs in _by_method().items():
        found = ", ".join(f"{cost.cores:g} for {workload}" for workload, cost in costs.items())
        yield f"Cores that one call takes, measured on {measured}: {found} ({method})."


def _by_method() -> dict[tuple[date, str], dict[str, CallCost]]:
    found: dict[tuple[date, str], dict[str, CallCost]] = {}
    for workload, cost in CALL_COSTS.items():
        found.setdefault((cost.measured, cost.method), {})[workload] = cost
    return found


def _assumptions(settings: AksStackSettings) -> Iterator[str]:
    telephony, share = settings.telephony, region_capacity(settings).share
    yield (
        f"One CPU carries {settings.freeswitch.calls_per_cpu} calls in FreeSWITCH (recording counted),"
        f" {settings.livekit_sip.calls_per_cpu} in LiveKit SIP, {settings.livekit.calls_per_cpu} in LiveKit and"
        f" {settings.agent.calls_per_cpu} in the agent. These are settings (`callsPerCpu`); their defaults are"
        f" measured, with {SPARE:.0%} of a CPU to spare. Measure your own calls before you rely on the result."
    )
    yield from _measurements()
    yield (
        f"Sound is sent every 20 ms, so a leg has {PACKETS_OF_A_LEG} packets a second, both ways counted, and"
        f" {PORTS_OF_A_LEG} ports, one for RTP and one for RTCP. Legs of a call: "
        + "; ".join(f"{name} {shape.legs} ({shape.words})" for name, shape in SHAPES.items())
        + "."
    )
    yield (
        f"RTP ports of a node: {telephony.rtp_ports.count} for FreeSWITCH ({freeswitch_rtp(telephony.rtp_ports)});"
        " LiveKit takes"
        f" {LIVEKIT_ICE_MUX.last - LIVEKIT_ICE_MUX.first + 1} for all its calls together."
    )
    yield "Calls spread evenly over the pods that are ready, and never two pods of a workload are on one node."
    if share.zones > 1:
        yield (
            f"With one of {share.zones} zones lost the region still carries its own calls. Calls that were in the lost"
            " zone are lost."
        )
    else:
        yield "There is one zone: when it is lost, so are all calls."
    if share.regions > 1:
        yield (
            f"Each of the {share.regions} regions states as many calls; when one is lost, the others take equal parts"
            " of its calls, with all their zones up. A zone and a region lost at once is too much."
        )
    yield (
        "Pods are added when those that are there are at seven tenths of what they may carry; nodes that are not up yet"
        " come within minutes."
    )
    yield (
        f"A pool has addresses for {MOST_MEDIA_NODES} nodes in each zone: a prefix of 16 holds two generations of nodes"
        " and one in excess for upgrades."
    )
