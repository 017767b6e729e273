"""The expected wall time of a deployment on Azure, and the resources on its critical path.

Each resource takes the time in the duration table and starts when all its dependencies are done; resources without
dependencies run at the same time. Deletions come last, in reverse order. Stacks are deployed one after another. The
waits between retries count if the rehearsal saw them. Not counted: Pulumi's own work (seconds), and Azure's queues on a
busy day; `high` allows for these.
"""

from __future__ import annotations

import graphlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from azure_rehearsal.reports.certainty import Certainty, worst
from azure_rehearsal.reports.duration_table import NO_TIME, DurationTable, Figure, Minutes, duration_table
from azure_rehearsal.reports.node_rollout import node_rollout
from azure_rehearsal.reports.recording_graph import Graph, Recording, Resource

_ASSUMPTIONS: Final = (
    "independent resources run at the same time",
    "stacks are deployed one after another",
    "all quotas suffice",
)
_OPERATIONS: Final[dict[str, tuple[str, ...]]] = {"same": (), "replace": ("create", "delete")}
_Percentile = Literal["low", "typical", "high"]


@dataclass(frozen=True)
class PathStep:
    """One resource on the critical path."""

    urn: str
    name: str
    type: str
    op: str
    minutes: Minutes
    certainty: Certainty
    source: str


@dataclass(frozen=True)
class StackTime:
    """The time of one stack.

    `path` is the longest path by typical minutes, in order, without resources that take no time. Low and high belong to
    the longest paths by low and high minutes.
    """

    stack: str
    minutes: Minutes
    path: tuple[PathStep, ...]


@dataclass(frozen=True)
class WallTime:
    """Expected minutes of a deployment on Azure."""

    stacks: tuple[StackTime, ...]
    assumptions: tuple[str, ...] = _ASSUMPTIONS

    @property
    def minutes(self) -> Minutes:
        return sum((stack.minutes for stack in self.stacks), NO_TIME)

    def as_json(self) -> dict[str, Any]:
        """The time as a JSON object; minutes, rounded to two digits."""
        return {
            "minutes": self.minutes.as_json(),
            "stacks": [
                {
                    "stack": stack.stack,
                    "minutes": stack.minutes.as_json(),
                    "criticalPath": [
                        {
                            "urn": item.urn,
                            "op": item.op,
                            "minutes": item.minutes.as_json(),
                            "certainty": item.certainty.value,
                            "source": item.source,
                        }
                        for item in stack.path
                    ],
                }
                for stack in self.stacks
            ],
            "assumptions": list(self.assumptions),
        }


def wall_time(recording: Recording, table: DurationTable | None = None) -> WallTime:
    """The time on Azure for the operations of a recording, or of a plan (`azure_rehearsal.reports.planned`).

    Raises `ValueError` if the recording has circular dependencies.
    """
    graph, figures = Graph(recording), table or duration_table()
    return WallTime(tuple(_stack_time(graph, stack, figures) for stack in graph.stacks))


def _stack_time(graph: Graph, stack: str, table: DurationTable) -> StackTime:
    resources = {resource.urn: resource for resource in graph.resources if resource.stack == stack}
    waits = {urn: graph.waits_for(resource) & resources.keys() for urn, resource in resources.items()}
    stretches = {urn: _path_step(resource, table, graph.is_component(resource)) for urn, resource in resources.items()}

    def longest(by: _Percentile) -> list[str]:
        """The critical path by these figures: first the creations and updates, then the deletions."""
        creating = [urn for urn, resource in resources.items() if resource.op != "delete"]
        deleting = [urn for urn, resource in resources.items() if resource.op == "delete"]
        blocks: dict[str, set[str]] = {urn: set() for urn in deleting}
        for urn in deleting:
            for needed in waits[urn] & blocks.keys():
                blocks[needed].add(urn)

        def minutes(urn: str) -> float:
            return getattr(stretches[urn].minutes, by)

        return [*_longest_path(creating, waits, minutes), *_longest_path(deleting, blocks, minutes)]

    path = [stretches[urn] for urn in longest("typical") if stretches[urn].minutes]
    return StackTime(
        stack,
        Minutes(
            low=sum(stretches[urn].minutes.low for urn in longest("low")),
            typical=sum(item.minutes.typical for item in path),
            high=sum(stretches[urn].minutes.high for urn in longest("high")),
        ),
        tuple(path),
    )


def _longest_path(urns: Iterable[str], waits: Mapping[str, set[str]], minutes: Callable[[str], float]) -> list[str]:
    """The path that ends last. Of equal ones, the first by URN, so that the result is deterministic."""
    among = set(urns)
    needs = {urn: sorted(waits[urn] & among) for urn in sorted(among)}
    end: dict[str, float] = {}
    before: dict[str, str | None] = {}
    try:
        for urn in graphlib.TopologicalSorter(needs).static_order():
            last = max(needs[urn], key=lambda needed: end[needed], default=None)
            before[urn] = last
            end[urn] = minutes(urn) + (end[last] if last else 0)
    except graphlib.CycleError as error:
        circle = " -> ".join(urn.rsplit("::", 1)[-1] for urn in error.args[1])
        raise ValueError(f"the recording has circular dependencies: {circle}") from None
    path: list[str] = []
    step = max(sorted(end), key=lambda urn: end[urn], default=None)
    while step is not None:
        path.append(step)
        step = before[step]
    return path[::-1]


def _path_step(resource: Resource, table: DurationTable, component: bool) -> PathStep:
    minutes, certainties, sources = NO_TIME, [], []
    for op in () if component else _OPERATIONS.get(resource.op, (resource.op,)):
        figure, certainty, source = _figure(resource, op, table)
        minutes += figure.minutes
        certainties.append(certainty)
        sources.append(source)
    if rolled := node_rollout(resource, table.node_rollout):
        minutes += rolled
        certainties.append(table.node_rollout.certainty)
        sources.append(table.node_rollout.source)
    if resource.retry_seconds:
        waited = resource.retry_seconds / 60
        minutes += Minutes(0, waited, waited)
        sources.append("the provider retried a conflict with another write")
    source = "; ".join(dict.fromkeys(sources))
    return PathStep(resource.urn, resource.name, resource.type, resource.op, minutes, worst(certainties), source)


def _figure(resource: Resource, op: str, table: DurationTable) -> tuple[Figure, Certainty, str]:
    for durations in table.sources(resource):
        figure = {"create": durations.create, "update": durations.update, "delete": durations.delete}.get(op)
        if figure is not None:
            return figure, durations.certainty, durations.source
    raise ValueError(f"{resource.urn}: the duration table has no operation {op!r}. Expected: create, update, delete")
