"""Writes docs/capacity.md: what the calls that production states need, and what that rests on.

    python -m tools.capacity_page

Beside the reckoning stands what the tests of live clusters found (docs/capacity.prod.yaml).

Exit status: 0 written.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from settings.loader import load_stack_file
from settings.loader.stack_file import PROJECT
from tools.reckoning import Reckoning, reckon

PAGE: Final = PROJECT / "docs" / "capacity.md"
STACK: Final = "prod"
LIVE: Final = PROJECT / "docs" / f"capacity.{STACK}.yaml"
"""What tests/cluster/test_capacity.py found in the regions of production."""

INTRODUCTION: Final = """\
# Capacity

`make capacity-page` writes this page from [Pulumi.{stack}.yaml](../Pulumi.{stack}.yaml) and, for what live clusters
have, from [capacity.{stack}.yaml](capacity.{stack}.yaml). Do not edit it.
`make test-cluster ARGS="--write-pages -k capacity"` renews both.
`make capacity CALLS=500 STACK={stack}` reckons other numbers of calls, and says what to write into the stack file.

A region is built for **{calls} calls at once** (`telephony.concurrentCalls`). Here are {regions} regions alike, each
over {zones} zones. A stack file whose pools carry less than it states is refused before anything is deployed.
"""

FOUND: Final = """\

## What live clusters have

Every region was deployed to a real Kubernetes and got the pods above; the real scheduler placed them, on nodes that the
pools may have. Then one region was ended, and at the end each one lost a zone, of which the table has the pods that
were left at once. In brackets is the share of what the pods can carry that the calls take; nodes are those with such
pods, of the most that the pools may have in the zones that are up. A node of `sip` has room for a FreeSWITCH and a
LiveKit SIP; how many of them have both depends on which pod came first.
"""

MEASURING: Final = """\
## How to measure

The calls that a CPU carries depend on codecs, recording, the agent and what it calls. Put the figures of your own
measurement into `freeswitch.callsPerCpu`, `livekitSip.callsPerCpu`, `livekit.callsPerCpu` and `agent.callsPerCpu`:

1. Let one pod of each workload run (`minNodesPerZone: 1` in one zone, `scaling.enabled: false`) with the real agent.
2. Send calls with sound through the SIP edge (`sipp` with `-rtp_echo` or a recorded call), ten more every minute.
3. Stop where the dashboards *Media* and *Agents* show the first of: CPU of a pod above 80 %, packet loss above 0.5 %,
   setup time above 3 seconds, an agent's load above 0.7.
4. A figure is the calls then, divided by the pod's CPUs, less a third for calls that are unlike those of the test.
"""


def render(result: Reckoning, found: Sequence[Mapping[str, Any]]) -> str:
    """The page, in Markdown. `found` has what the file of live clusters has."""
    return "\n".join(_page(result, found)) + "\n"


def _page(result: Reckoning, found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield INTRODUCTION.format(stack=result.stack, calls=result.calls, regions=result.regions, zones=result.zones)
    yield "## What is assumed\n"
    yield from (f"- {assumption}" for assumption in result.assumptions)
    yield "\n## Pods\n"
    header = ("workload", "calls a pod", "bound by", "pods", "in a zone", "CPUs")
    yield from _table(
        header,
        (
            (row.workload, row.calls_per_pod, row.limit, row.pods, row.pods_per_zone, f"{row.pods} x {row.cpus}")
            for row in result.workloads
        ),
    )
    yield "\n## Media of one pod that is full\n"
    yield from _table(
        ("workload", "legs of a call", "legs", "RTP and RTCP ports", "packets a second"),
        (
            (row.workload, row.legs_text, row.legs * row.calls_per_pod, row.rtp_ports or "-", row.packets)
            for row in result.workloads
        ),
    )
    yield "\n## Nodes\n"
    yield "One pod of a workload on each node; FreeSWITCH and LiveKit SIP share the nodes of pool `sip`.\n"
    yield from _table(
        ("pool", "size", "in a zone", "in a region", "the file allows"),
        (
            (
                f"`{row.pool}`",
                row.vm_size,
                row.in_a_zone,
                row.nodes,
                f"{row.allowed} in a {'zone' if row.by_zone else 'region'}",
            )
            for row in result.pools
        ),
    )
    yield "\n## When something is lost\n"
    yield "Calls on each pod, of how many pods, and the share of what these can carry.\n"
    yield from _table(
        ("when", "calls", *(row.workload for row in result.workloads)),
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


def _header(result: Reckoning) -> tuple[str, ...]:
    workloads = (row.workload for row in result.workloads)
    return ("when", "region", "calls", *workloads, *(f"nodes of `{row.pool}`" for row in result.pools), "zones")


def _row(result: Reckoning, found: Mapping[str, Any]) -> tuple[object, ...]:
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
    """The page as the committed production stack and the committed findings make it."""
    return render(reckon(STACK, load_stack_file(PROJECT / f"Pulumi.{STACK}.yaml")), yaml.safe_load(LIVE.read_text()))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--page", type=Path, default=PAGE, help="the page to write (default: %(default)s)")
    options: Any = parser.parse_args(arguments)
    options.page.write_text(page())
    print(options.page)


if __name__ == "__main__":
    main()
