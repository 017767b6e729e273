"""Under-used nodes: emptied and taken away where their pods may move, kept where a pod or its budget forbids it.

Three pods of Deployments come to nodes of their own, for all others are closed while they are placed. Then the others
open again, and each of the three would find its place there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pytest

from azure_rehearsal.kubernetes.cluster import Key, Object
from azure_rehearsal.kubernetes.real.nodes import is_marked_for_deletion
from azure_rehearsal.kubernetes.real.real_clusters import RunningCluster
from azure_rehearsal.kubernetes.real.scale_down_rules import SAFE_TO_EVICT, ScaleDownProfile
from tests.cluster.cluster_queries import close, eventually, exists, is_ready, mark_call, nodes, pods, pool, workload
from tests.cluster.conftest import Deployed

pytestmark = pytest.mark.cluster

POOLS: Final = {"movable": "agents", "unsafe": "agents", "budgeted": "api"}
"""The Deployments, and the pool of each."""
LABEL: Final = "tests/scale-down"


def deployment(name: str) -> Object:
    """A small pod for a pool, none of which shares a node with another one."""
    labels = {LABEL: name}
    apart = {
        "topologyKey": "kubernetes.io/hostname",
        "labelSelector": {"matchExpressions": [{"key": LABEL, "operator": "Exists"}]},
    }
    template = {
        "metadata": {"labels": labels, "annotations": {SAFE_TO_EVICT: "false"} if name == "unsafe" else {}},
        "spec": {
            "nodeSelector": {"voice.platform/pool": POOLS[name]},
            "tolerations": [{"key": POOLS[name], "operator": "Exists"}],
            "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [apart]}},
            "containers": [
                {"name": "c", "image": "i", "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}}},
            ],
            "volumes": [{"name": "scratch", "emptyDir": {}}],
        },
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template},
    }


BUDGET: Final[Object] = {
    "apiVersion": "policy/v1",
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "budgeted", "namespace": "default"},
    "spec": {"minAvailable": 1, "selector": {"matchLabels": {LABEL: "budgeted"}}},
}


@dataclass(frozen=True)
class UnderUsed:
    """The pod of each Deployment, as it was on the node that was added for it."""

    pods: dict[str, Object]

    def node(self, name: str) -> str:
        return self.pods[name]["spec"]["nodeName"]


@pytest.fixture(scope="module")
def under_used(staging: Deployed) -> Iterator[UnderUsed]:
    """Three nodes with a small pod each. A call is up on the movable one."""
    cluster = staging.cluster
    closed = [name for name, node in nodes(cluster).items() if pool(node) in POOLS.values()]
    made = [deployment(name) for name in POOLS] + [BUDGET]
    close(cluster, closed, is_closed=True)
    try:
        for item in made:
            cluster.create(item, "test")
        eventually(
            lambda: all(_ready(cluster, name) for name in POOLS), what="a ready pod of each on a node of its own"
        )
        mark_call(cluster, _ready(cluster, "movable")[0], is_up=True)
        found = UnderUsed({name: _ready(cluster, name)[0] for name in POOLS})
        close(cluster, closed, is_closed=False)
        yield found
        if exists(cluster, found.pods["movable"]):
            mark_call(cluster, found.pods["movable"], is_up=False)
    finally:
        close(cluster, [name for name in closed if name in nodes(cluster)], is_closed=False)
        for item in made:
            cluster.delete(Key.of(item))
    eventually(lambda: not any(found.node(name) in nodes(cluster) for name in POOLS), what="the three nodes gone")


def _ready(cluster: RunningCluster, name: str) -> list[Object]:
    return [pod for pod in pods(cluster, "default") if workload(pod) == f"default/{name}" and is_ready(pod)]


@pytest.mark.requirement("B12")
def test_an_under_used_node_is_emptied_and_goes_once_the_call_on_it_has_ended(
    cluster: RunningCluster, under_used: UnderUsed
) -> None:
    pod, node = under_used.pods["movable"], under_used.node("movable")
    eventually(
        lambda: _ready(cluster, "movable") and _ready(cluster, "movable")[0] != pod, what="another pod elsewhere"
    )
    (other,) = _ready(cluster, "movable")
    assert other["spec"]["nodeName"] != node
    for _ in range(2):
        cluster.controller_manager.reconcile_all()
    assert exists(cluster, pod), "the pod ended before its call"
    assert node in nodes(cluster), "the node went before the call on it had ended"
    assert is_marked_for_deletion(nodes(cluster)[node]), "the node takes pods while it is emptied"
    mark_call(cluster, pod, is_up=False)
    eventually(lambda: node not in nodes(cluster), what="the node gone, once the call has ended")
    assert other["spec"]["nodeName"] in nodes(cluster)


@pytest.mark.parametrize(
    ("name", "reason"), [("unsafe", f"it says {SAFE_TO_EVICT}: false"), ("budgeted", "allows no disruption")]
)
def test_an_under_used_node_stays_with_a_pod_that_must_not_be_evicted(
    cluster: RunningCluster, under_used: UnderUsed, name: str, reason: str
) -> None:
    eventually(lambda: under_used.node("movable") not in nodes(cluster), what="the node beside it gone")
    for _ in range(3):  # They are under-used for as long as that one was.
        cluster.controller_manager.reconcile_all()
    assert exists(cluster, under_used.pods[name]), "the pod was evicted"
    assert not is_marked_for_deletion(nodes(cluster)[under_used.node(name)]), "the node is on its way out"
    assert reason in cluster.controller_manager.autoscaler.scale_down.reasons[under_used.node(name)]


@pytest.mark.requirement("B12")
def test_the_thresholds_are_those_of_the_simulated_azure(cluster: RunningCluster) -> None:
    assert cluster.scale_down_profile() == ScaleDownProfile(threshold=0.5, skips_local_storage=False)
