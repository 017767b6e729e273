"""Production in all its regions: one world, a real Kubernetes for each, with the pods that its calls need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from azure_rehearsal.azure.core.rules import normal_location
from azure_rehearsal.engine.backends import Backends
from azure_rehearsal.kubernetes.cluster import Object
from azure_rehearsal.kubernetes.real.nodes import ZONE
from azure_rehearsal.kubernetes.real.real_clusters import LiveCluster, RealClusters
from settings.loader import load_stack_file
from tests.cluster.asking import clusters_of, eventually, is_ready, nodes, pods_of, pool, scale
from tests.unit.stacks import PROJECT
from tools.reckoning import Reckoning, Situation, reckon

PLACED_SECONDS = 240
"""So long the pods of three regions may take to find their places, on a busy machine too."""


@dataclass(frozen=True)
class Region:
    """One region: the live cluster, and what its own stack file says that its calls need."""

    stack: str
    cluster: LiveCluster
    reckoning: Reckoning

    @classmethod
    def of(cls, world: Backends, stack: str) -> Region:
        """The region of a stack that is deployed in this world."""
        settings = load_stack_file(PROJECT / f"Pulumi.{stack}.yaml")
        location = normal_location(settings.this_region.location)
        (record,) = [
            found for found in clusters_of(world) if normal_location(str(found.properties["location"])) == location
        ]
        clusters = world.real_clusters
        assert isinstance(clusters, RealClusters), "the world has no real clusters"
        return cls(stack, clusters.of(record), reckon(stack, settings))

    @property
    def wanted(self) -> Mapping[str, int]:
        """How many pods each workload needs for the calls that are stated."""
        return {row.workload: row.pods for row in self.reckoning.workloads}

    def fill(self) -> None:
        """Asks for all these pods; they come by and by."""
        for name, count in self.wanted.items():
            scale(self.cluster, name, count)

    def ready(self) -> dict[str, list[Object]]:
        """The pods of each workload that are ready, on nodes that are there."""
        there = nodes(self.cluster)
        return {
            name: [pod for pod in pods_of(self.cluster, name) if is_ready(pod) and pod["spec"].get("nodeName") in there]
            for name in self.wanted
        }

    def await_pods(self, wanted: Mapping[str, int]) -> None:
        """Waits until so many are ready, no more and no fewer."""
        text = f"{self.stack}: {dict(wanted)} pods ready"
        eventually(lambda: {name: len(pods) for name, pods in self.ready().items()} == wanted, PLACED_SECONDS, text)

    def situation(self, name: str) -> Situation:
        """What the reckoning says of a situation."""
        (found,) = [situation for situation in self.reckoning.situations if situation.name == name]
        return found

    def zones(self) -> dict[str, str]:
        """Azure's number of the zone of each node."""
        return {name: _zone(node) for name, node in nodes(self.cluster).items()}

    def nodes_with(self, ready: Mapping[str, list[Object]]) -> dict[str, Object]:
        """The nodes on which these pods are."""
        there = nodes(self.cluster)
        return {name: there[name] for pods in ready.values() for name in {pod["spec"]["nodeName"] for pod in pods}}

    def most_nodes(self) -> Counter[str]:
        """The most nodes of each pool, by our names of pools, that its agent pools may have now."""
        most: Counter[str] = Counter()
        for found in self.cluster.pools():
            most[pool({"metadata": {"labels": found.labels}})] += found.most
        return most

    def told(self, when: str, calls: int) -> dict[str, Any]:
        """A row of the page: what there is for these calls."""
        ready = self.ready()
        on = self.nodes_with(ready)
        used, most = Counter(pool(node) for node in on.values()), self.most_nodes()
        each = {row.workload: row.calls_per_pod for row in self.reckoning.workloads}
        return {
            "when": when,
            "region": self.reckoning.region,
            "calls": calls,
            "pods": {
                name: {"ready": len(pods), "percent": round(100 * calls / (len(pods) * each[name]))}
                for name, pods in ready.items()
            },
            "nodes": {row.pool: {"used": used[row.pool], "most": most[row.pool]} for row in self.reckoning.pools},
            "zones": sorted({_zone(node) for node in on.values()}),
        }


def _zone(node: Object) -> str:
    return node["metadata"]["labels"][ZONE].rpartition("-")[2]


@contextmanager
def lost(region: Region) -> Generator[None]:
    """A region without a control plane: every program of it has ended. Afterwards it is started again."""
    plane = region.cluster.plane
    programs = plane.processes.values()
    plane.stop()
    assert not any(program.is_alive for program in programs), "something of the lost region still runs"
    assert not region.cluster.server.is_ready(), "the API server of the lost region still answers"
    try:
        yield
    finally:
        plane.start()
