"""All regions of production in one world, with a real Kubernetes each and the pods for their calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from azure_rehearsal.azure.core.rules import normal_location
from azure_rehearsal.engine.backends import Backends
from azure_rehearsal.kubernetes.cluster import Object
from azure_rehearsal.kubernetes.real.nodes import ZONE_LABEL
from azure_rehearsal.kubernetes.real.real_clusters import RealClusters, RunningCluster
from settings.loader import load_stack_file
from tests.cluster.cluster_queries import clusters_of, is_ready, nodes, pods_of, pool, scale, wait_until
from tests.unit.stacks import PROJECT
from tools.capacity_report import CapacityReport, Situation, report_capacity

PLACED_SECONDS = 240
"""How long the pods of three regions may take to be scheduled, also on a busy machine."""


@dataclass(frozen=True)
class Region:
    """One region: the running cluster and the capacity calculation of its stack file."""

    stack: str
    cluster: RunningCluster
    report: CapacityReport

    @classmethod
    def of(cls, world: Backends, stack: str) -> Region:
        """The region of a deployed stack."""
        settings = load_stack_file(PROJECT / f"Pulumi.{stack}.yaml")
        location = normal_location(settings.this_region.location)
        (record,) = [
            found for found in clusters_of(world) if normal_location(str(found.properties["location"])) == location
        ]
        clusters = world.real_clusters
        assert isinstance(clusters, RealClusters), "the world has no real clusters"
        return cls(stack, clusters.of(record), report_capacity(stack, settings))

    @property
    def wanted(self) -> Mapping[str, int]:
        """The number of pods of each workload for the configured calls."""
        return {row.workload: row.pods for row in self.report.workloads}

    def fill(self) -> None:
        """Scales the workloads to these numbers of pods."""
        for name, count in self.wanted.items():
            scale(self.cluster, name, count)

    def ready(self) -> dict[str, list[Object]]:
        """The ready pods of each workload on existing nodes."""
        by_name = nodes(self.cluster)
        return {
            name: [
                pod for pod in pods_of(self.cluster, name) if is_ready(pod) and pod["spec"].get("nodeName") in by_name
            ]
            for name in self.wanted
        }

    def await_pods(self, wanted: Mapping[str, int]) -> None:
        """Waits for exactly these numbers of ready pods."""
        text = f"{self.stack}: {dict(wanted)} pods ready"
        wait_until(lambda: {name: len(pods) for name, pods in self.ready().items()} == wanted, PLACED_SECONDS, text)

    def situation(self, name: str) -> Situation:
        """The calculation for a situation."""
        (found,) = [situation for situation in self.report.situations if situation.name == name]
        return found

    def zones(self) -> dict[str, str]:
        """The Azure zone number of each node."""
        return {name: _zone(node) for name, node in nodes(self.cluster).items()}

    def nodes_with(self, ready: Mapping[str, list[Object]]) -> dict[str, Object]:
        """The nodes of these pods."""
        by_name = nodes(self.cluster)
        return {name: by_name[name] for pods in ready.values() for name in {pod["spec"]["nodeName"] for pod in pods}}

    def max_nodes(self) -> Counter[str]:
        """The current maximum of nodes of each pool, by our pool names."""
        maximum: Counter[str] = Counter()
        for found in self.cluster.pools():
            maximum[pool({"metadata": {"labels": found.labels}})] += found.max_count
        return maximum

    def page_row(self, when: str, calls: int) -> dict[str, Any]:
        """A row of the page: pods, nodes and zones for these calls."""
        ready = self.ready()
        used_nodes = self.nodes_with(ready)
        used, maximum = Counter(pool(node) for node in used_nodes.values()), self.max_nodes()
        each = {row.workload: row.calls_per_pod for row in self.report.workloads}
        return {
            "when": when,
            "region": self.report.region,
            "calls": calls,
            "pods": {
                name: {"ready": len(pods), "percent": round(100 * calls / (len(pods) * each[name]))}
                for name, pods in ready.items()
            },
            "nodes": {row.pool: {"used": used[row.pool], "most": maximum[row.pool]} for row in self.report.pools},
            "zones": sorted({_zone(node) for node in used_nodes.values()}),
        }


def _zone(node: Object) -> str:
    return node["metadata"]["labels"][ZONE_LABEL].rpartition("-")[2]


@contextmanager
def lost(region: Region) -> Generator[None]:
    """A region whose control plane is stopped; restarts it afterwards."""
    plane = region.cluster.plane
    programs = plane.processes.values()
    plane.stop()
    assert not any(program.is_alive for program in programs), "a program of the lost region still runs"
    assert not region.cluster.api.is_ready(), "the API server of the lost region still answers"
    try:
        yield
    finally:
        plane.start()
