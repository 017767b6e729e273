"""`voice capacity-page`: docs/capacity.md, the capacity report of production and results on live clusters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from settings.loader import load_stack_file
from settings.loader.stack_file import PROJECT
from tools.capacity_report import CapacityReport, report_capacity
from tools.generated_files import Check, write_or_check

PAGE: Final = PROJECT / "docs" / "capacity.md"
STACK: Final = "prod"
LIVE: Final = PROJECT / "docs" / f"capacity.{STACK}.yaml"
"""The results of tests/cluster/test_capacity.py in the regions of production."""

INTRODUCTION: Final = """\
# Capacity

`voice capacity-page` writes this page from [Pulumi.{stack}.yaml](../Pulumi.{stack}.yaml) and from the results of the
tests on live clusters, [capacity.{stack}.yaml](capacity.{stack}.yaml). Do not edit it.
`make test-cluster ARGS="--write-pages -k capacity"` renews both.
`make capacity CALLS=500 STACK={stack}` sizes the stack for another number of calls and shows the change of its file.

A region carries **{calls} concurrent calls** (`telephony.concurrentCalls`). Production has {regions} equal regions with
{zones} zones each. The loader refuses a stack file whose pools carry fewer calls than the file states.
"""

FOUND: Final = """\

## Results on live clusters

A test deployed every region to a real Kubernetes with the pods above; the real scheduler placed them on the nodes that
the pools allow. The test then removed one region, and finally removed one zone from each region. For a removed zone the
table shows the pods that remained at once. The percentage is the calls as a share of what the pods can carry. Nodes are
those that run such pods, of the maximum that the pools allow in the remaining zones. A `sip` node has room for one
FreeSWITCH and one LiveKit SIP; the number of nodes that run both depends on the order in which the pods were placed.
"""

MEASURING: Final = """\
## How to measure

The number of calls per CPU depends on codecs, recording, the agent and the services that the agent calls. Enter your
own measurements as `freeswitch.callsPerCpu`, `livekitSip.callsPerCpu`, `livekit.callsPerCpu` and `agent.callsPerCpu`:

1. Run one pod of each workload (`minNodesPerZone: 1` in one zone, `scaling.enabled: false`) with the real agent.
2. Send calls with audio through the SIP edge (`sipp` with `-rtp_echo` or a recorded call). Add ten calls every minute.
3. Stop when the dashboards *Media* and *Agents* show the first of these: CPU of a pod above 80 %, packet loss above
   0.5 %, setup time above 3 seconds, an agent's load above 0.7.
4. Divide the number of calls by the pod's CPUs and subtract a third, for calls that differ from those of the test.
"""


def render(result: CapacityReport, found: Sequence[Mapping[str, Any]]) -> str:
    """The page, in Markdown. `found` is the content of the file with the results on live clusters."""
    return "\n".join(_page(result, found)) + "\n"


def _page(result: CapacityReport, found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield INTRODUCTION.format(stack=result.stack, calls=result.calls, regions=result.regions, zones=result.zones)
    yield "## Assumptions\n"
    yield from (f"- {assumption}" for assumption in result.assumptions)
    yield "\n## Pods\n"
    header = ("workload", "calls per pod", "limit", "pods", "per zone", "CPUs")
    yield from _table(
        header,
        (
            (row.workload, row.calls_per_pod, row.limit, row.pods, row.pods_per_zone, f"{row.pods} x {row.cpus}")
            for row in result.workloads
        ),
    )
    yield "\n## Media of one full pod\n"
    yield from _table(
        ("workload", "legs per call", "legs", "RTP and RTCP ports", "packets per second"),
        (
            (row.workload, row.legs_text, row.legs * row.calls_per_pod, row.rtp_ports or "-", row.packets)
            for row in result.workloads
        ),
    )
    yield "\n## Nodes\n"
    yield "A node runs at most one pod of each workload. FreeSWITCH and LiveKit SIP share the nodes of pool `sip`.\n"
    yield from _table(
        ("pool", "size", "per zone", "per region", "stack file allows"),
        (
            (
                f"`{row.pool}`",
                row.vm_size,
                row.in_a_zone,
                row.nodes,
                f"{row.allowed} per {'zone' if row.by_zone else 'region'}",
            )
            for row in result.pools
        ),
    )
    yield "\n## Outages\n"
    yield "Calls per pod, number of pods, and the calls as a share of what the pods can carry.\n"
    yield from _table(
        ("situation", "calls", *(row.workload for row in result.workloads)),
        (
            (
                situation.name,
                situation.calls,
                *(
                    f"{situation.on_each(name):.0f} on {situation.pods[name]} ({situation.used(name):.0%})"
                    for name in situation.pods
                ),
            )
            for situation in result.situations
        ),
    )
    yield FOUND
    yield from _table(_header(result), (_row(result, row) for row in found))
    yield ""
    yield MEASURING.rstrip()


def _header(result: CapacityReport) -> tuple[str, ...]:
    workloads = (row.workload for row in result.workloads)
    return ("situation", "region", "calls", *workloads, *(f"nodes of `{row.pool}`" for row in result.pools), "zones")


def _row(result: CapacityReport, found: Mapping[str, Any]) -> tuple[object, ...]:
    pods = [found["pods"][row.workload] for row in result.workloads]
    nodes = [found["nodes"][row.pool] for row in result.pools]
    return (
        found["when"],
        found["region"],
        found["calls"],
        *(f"{pod['ready']} ({pod['percent']}%)" for pod in pods),
        *(f"{node['used']} of {node['most']}" for node in nodes),
        ", ".join(found["zones"]),
    )


def _table(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Iterator[str]:
    for row in (header, ("---",) * len(header), *rows):
        yield "| " + " | ".join(str(cell) for cell in row) + " |"


def page() -> str:
    """The page of the committed production stack and the committed results."""
    settings = load_stack_file(PROJECT / f"Pulumi.{STACK}.yaml")
    return render(report_capacity(STACK, settings), yaml.safe_load(LIVE.read_text()))


def texts() -> dict[Path, str]:
    """The page's file and its text."""
    return {PAGE: page()}


def main(check: Check = False) -> None:
    """Writes docs/capacity.md: what the calls of production need.

    Sources: Pulumi.prod.yaml, and docs/capacity.prod.yaml with the results of the tests on live clusters.

    Example: `voice capacity-page`

    Exit codes: 0 up to date or written, 1 out of date (--check), 2 wrong usage.
    """
    write_or_check("capacity-page", texts(), check=check)
