"""The capacity report: the pods, nodes, ports and packets that a number of calls needs in one region of a stack.

Owns the layout of the report and its assumptions. Does not own the arithmetic: `settings.capacity` computes it. `make
capacity` shows a report, docs/capacity.md is the report of production.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from settings.aks import MOST_MEDIA_NODES, MediaPool, WorkloadPool
from settings.call_costs import CALL_COSTS, SPARE, CallCost
from settings.capacity import PACKETS_OF_A_LEG, PORTS_OF_A_LEG
from settings.checks.workloads import MEDIA_WORKLOADS, WORKLOAD_RULES, agent_nodes
from settings.errors import Problem, SettingsError
from settings.loader import NAMESPACE, read_sections, settings_from
from settings.ports import LIVEKIT_ICE_MUX
from settings.stack import Settings

AGENTS: Final = "voice-agent"


@dataclass(frozen=True, kw_only=True)
class CallShape:
    """The media of one call in a workload: its `legs`, described by `words`, and how many of them use RTP ports."""

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
    """One workload. Ports and packets are those of a full pod; packets are per second, both directions."""

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
    """One pool: the nodes that the calls need in the fullest zone and in the region, and the maximum of the stack file.

    With `by_zone` the stack file states nodes per zone, and `allowed` does too; otherwise `allowed` is per region.
    """

    pool: str
    vm_size: str
    by_zone: bool
    in_a_zone: int
    nodes: int
    allowed: int

    @property
    def needed(self) -> int:
        """The nodes that the calls need, in the unit of `allowed`."""
        return self.in_a_zone if self.by_zone else self.nodes


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Calls in the region, and for each workload its running pods and the number of calls that they can carry."""

    name: str
    calls: int
    pods: Mapping[str, int]
    room: Mapping[str, int]

    def on_each(self, workload: str) -> float:
        """Calls per pod."""
        return self.calls / self.pods[workload]

    def used(self, workload: str) -> float:
        """Calls as a share of what the running pods can carry."""
        return self.calls / self.room[workload]


@dataclass(frozen=True, kw_only=True)
class CapacityReport:
    """The capacity that a number of concurrent calls needs in the region of a stack.

    `to_write` has the sections of the stack file that must change. `refused` has the problems that no number of nodes
    solves.
    """

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


def report_capacity(stack: str, settings: Settings) -> CapacityReport:
    """The report for the calls that the settings state."""
    rows = tuple(_workloads(settings))
    pools = tuple(_pools(settings))
    return CapacityReport(
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


def with_calls(settings: Settings, calls: int) -> Settings:
    """The settings with another number of calls. They are not checked: the report shows what they lack."""
    telephony = settings.telephony.model_copy(update={"concurrent_calls": calls})
    return settings.model_copy(update={"telephony": telephony})


def _workloads(settings: Settings) -> Iterator[WorkloadRow]:
    sections = {
        "freeswitch": settings.freeswitch,
        "livekit-sip": settings.livekit_sip,
        "livekit": settings.livekit,
        AGENTS: settings.agent,
    }
    for name, section in sections.items():
        needed, shape = settings.capacity.pods[name], SHAPES[name]
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


def _pools(settings: Settings) -> Iterator[PoolRow]:
    pods, zones = settings.capacity.pods, len(settings.aks.zones)
    for name, pool in settings.aks.media_pools.items():
        nodes = max(pods[workload].pods_per_zone for workload, on in MEDIA_WORKLOADS.items() if on == name)
        if zones == 1 and nodes < MOST_MEDIA_NODES:
            # A rollout needs one node more than pods. With several zones, the reserve for a lost zone provides it.
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


def _situations(settings: Settings) -> Iterator[Situation]:
    capacity = settings.capacity
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


def _to_write(settings: Settings, pools: tuple[PoolRow, ...]) -> dict[str, Any]:
    """The sections of the stack file that must change, with the values that the calls need."""
    sections: dict[str, Any] = {
        f"{NAMESPACE}:telephony": {"concurrentCalls": settings.telephony.concurrent_calls},
    }
    media = {row.pool: {"maxNodesPerZone": row.needed} for row in pools if row.by_zone and row.needed > row.allowed}
    others = {row.pool: {"maxNodes": row.needed} for row in pools if not row.by_zone and row.needed > row.allowed}
    aks = {**({"mediaPools": media} if media else {}), **({"pools": others} if others else {})}
    if aks:
        sections[f"{NAMESPACE}:aks"] = aks
    agents = settings.capacity.pods[AGENTS].pods
    if agents > settings.agent.max_replicas:
        sections[f"{NAMESPACE}:agent"] = {"maxReplicas": agents}
    return sections


def _refused(settings: Settings) -> Iterator[Problem]:
    """The problems that no number of nodes solves, as the checks of stack files report them."""
    for problem in WORKLOAD_RULES["pools carry the calls"](settings):
        if problem.path == f"{NAMESPACE}:telephony.concurrentCalls":
            yield problem


def problems_when_written(stack_file: Path, to_write: Mapping[str, Any]) -> tuple[Problem, ...]:
    """The problems of the stack file after `to_write` is merged into it, such as subnets too small for the nodes."""
    sections = {name.removeprefix(f"{NAMESPACE}:"): value for name, value in to_write.items()}
    try:
        settings_from(_merged(read_sections(stack_file), sections), stack_file.parent)
    except SettingsError as error:
        return error.problems
    return ()


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Merges maps key by key and replaces all other values."""
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
    """One sentence per method of measurement, with its result for each workload."""
    for (measured, method), costs in _by_method().items():
        found = ", ".join(f"{cost.cores:g} for {workload}" for workload, cost in costs.items())
        yield f"CPU cores per call, measured on {measured}: {found} ({method})."


def _by_method() -> dict[tuple[date, str], dict[str, CallCost]]:
    found: dict[tuple[date, str], dict[str, CallCost]] = {}
    for workload, cost in CALL_COSTS.items():
        found.setdefault((cost.measured, cost.method), {})[workload] = cost
    return found


def _assumptions(settings: Settings) -> Iterator[str]:
    telephony, share = settings.telephony, settings.capacity.share
    yield (
        f"One CPU carries {settings.freeswitch.calls_per_cpu} calls in FreeSWITCH (recording included),"
        f" {settings.livekit_sip.calls_per_cpu} in LiveKit SIP, {settings.livekit.calls_per_cpu} in LiveKit and"
        f" {settings.agent.calls_per_cpu} in the agent. These are settings (`callsPerCpu`). Their defaults are"
        f" measured and leave {SPARE:.0%} of a CPU as headroom. Measure your own calls before you rely on the result."
    )
    yield from _measurements()
    yield (
        f"Audio is sent every 20 ms, so a leg has {PACKETS_OF_A_LEG} packets per second in both directions, and"
        f" {PORTS_OF_A_LEG} ports, one for RTP and one for RTCP. Legs of a call: "
        + "; ".join(f"{name} {shape.legs} ({shape.words})" for name, shape in SHAPES.items())
        + "."
    )
    yield (
        f"RTP ports per node: {telephony.rtp_ports.count} for FreeSWITCH ({telephony.rtp_ports.ports}); LiveKit uses"
        f" {LIVEKIT_ICE_MUX.last - LIVEKIT_ICE_MUX.first + 1} for all its calls together."
    )
    yield "Calls spread evenly over the ready pods. A node runs at most one pod of each workload."
    if share.zones > 1:
        yield (
            f"If one of {share.zones} zones fails, the region still carries its own calls. The calls in the failed zone"
            " end."
        )
    else:
        yield "The region has one zone: if it fails, all calls end."
    if share.regions > 1:
        yield (
            f"Each of the {share.regions} regions is sized for the same number of calls. If one fails, the others take"
            " equal parts of its calls, with all their zones up. The sizes do not cover a zone and a region that fail"
            " together."
        )
    yield (
        "The autoscaler adds pods when the running ones reach 70 % of the calls that they may carry. A new node takes"
        " minutes."
    )
    yield (
        f"A pool has addresses for {MOST_MEDIA_NODES} nodes in each zone: a prefix of 16 addresses holds two"
        " generations of nodes and one surge node for upgrades."
    )
