"""The capacity report: the pods, nodes, ports and packets that a number of calls needs in one region of a stack.

Owns the layout of the report and its assumptions. Does not own the arithmetic: `model.capacity` computes it. `make
capacity` shows a report, docs/capacity.md is the report of production.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from model.capacity import PACKETS_OF_A_LEG, region_capacity
from model.checks.workloads import WORKLOAD_RULES, agent_nodes
from model.pools import AGENTS
from model.ports import LIVEKIT_ICE_MUX, freeswitch_rtp
from model.workloads import CALL_WORKLOADS
from model.workloads.voice_agent import WORKLOAD as VOICE_AGENT
from model.workloads.workload import PORTS_OF_A_LEG
from settings.loader.stack_file import NAMESPACE, read_sections, settings_from
from settings.schema.aks import MOST_MEDIA_NODES, MediaPool, WorkloadPool
from settings.schema.aks_stack import AksStackSettings
from settings.schema.call_costs import CALL_COSTS, SPARE, CallCost
from settings.schema.errors import Problem, SettingsError


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
    legs_text: str
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


def report_capacity(stack: str, settings: AksStackSettings) -> CapacityReport:
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


def with_calls(settings: AksStackSettings, calls: int) -> AksStackSettings:
    """The settings with another number of calls. They are not checked: the report shows what they lack."""
    telephony = settings.telephony.model_copy(update={"concurrent_calls": calls})
    return settings.model_copy(update={"telephony": telephony})


def _workloads(settings: AksStackSettings) -> Iterator[WorkloadRow]:
    pods = region_capacity(settings).pods
    for known, shape in CALL_WORKLOADS.items():
        needed, section = pods[known.name], shape.section(settings)
        yield WorkloadRow(
            workload=known.name,
            pool=known.pool.name,
            cpus=section.cpu,
            calls_per_cpu=section.calls_per_cpu,
            calls_per_pod=needed.calls_per_pod,
            limit=needed.limit,
            pods=needed.pods,
            pods_per_zone=needed.pods_per_zone,
            legs=shape.legs,
            legs_text=shape.legs_text,
            rtp_ports=needed.calls_per_pod * shape.legs_with_ports * PORTS_OF_A_LEG,
            packets=needed.calls_per_pod * shape.legs * PACKETS_OF_A_LEG,
        )


def _pools(settings: AksStackSettings) -> Iterator[PoolRow]:
    pods, zones = region_capacity(settings).pods, len(settings.aks.zones)
    for name, pool in settings.aks.media_pools.items():
        nodes = max(pods[known.name].pods_per_zone for known in CALL_WORKLOADS if known.pool.name == name)
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
    agents = settings.aks.pools[AGENTS.name]
    nodes = max(agent_nodes(settings), settings.agent.min_replicas + 1)
    yield PoolRow(
        pool=AGENTS.name,
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
    """The sections of the stack file that must change, with the values that the calls need."""
    sections: dict[str, Any] = {
        f"{NAMESPACE}:telephony": {"concurrentCalls": settings.telephony.concurrent_calls},
    }
    media = {row.pool: {"maxNodesPerZone": row.needed} for row in pools if row.by_zone and row.needed > row.allowed}
    others = {row.pool: {"maxNodes": row.needed} for row in pools if not row.by_zone and row.needed > row.allowed}
    aks = {**({"mediaPools": media} if media else {}), **({"pools": others} if others else {})}
    if aks:
        sections[f"{NAMESPACE}:aks"] = aks
    agents = region_capacity(settings).pods[VOICE_AGENT.name].pods
    if agents > settings.agent.max_replicas:
        sections[f"{NAMESPACE}:agent"] = {"maxReplicas": agents}
    return sections


def _refused(settings: AksStackSettings) -> Iterator[Problem]:
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


def _assumptions(settings: AksStackSettings) -> Iterator[str]:
    telephony, share = settings.telephony, region_capacity(settings).share
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
        + "; ".join(f"{known.name} {calls.legs} ({calls.legs_text})" for known, calls in CALL_WORKLOADS.items())
        + "."
    )
    yield (
        f"RTP ports per node: {telephony.rtp_ports.count} for FreeSWITCH ({freeswitch_rtp(telephony.rtp_ports)});"
        f" LiveKit uses {LIVEKIT_ICE_MUX.last - LIVEKIT_ICE_MUX.first + 1} for all its calls together."
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
