"""Underutilized nodes: drained and removed when their pods can move, kept when a pod or its budget blocks it.

Three Deployments get their own nodes, because all other nodes are cordoned during scheduling. Afterwards the others are
uncordoned, and each pod would fit there.
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
from tests.cluster.cluster_queries import (
    exists,
    is_ready,
    nodes,
    pods,
    pool,
    set_call,
    set_cordoned,
    wait_until,
    workload,
)
from tests.cluster.conftest import Deployed

pytestmark = pytest.mark.cluster

POOLS: Final = {"movable": "agents", "unsafe": "agents", "budgeted": "api"}
"""The Deployments with their pools."""
LABEL: Final = "tests/scale-down"


def deployment(name: str) -> Object:
    """A small pod for a pool; these pods do not share a node."""
    labels = {LABEL: name}
    anti_affinity = {
        "topologyKey": "kubernetes.io/hostname",
        "labelSelector": {"matchExpressions": [{"key": LABEL, "operator": "Exists"}]},
    }
    template = {
        "metadata": {"labels": labels, "annotations": {SAFE_TO_EVICT: "false"} if name == "unsafe" else {}},
        "spec": {
            "nodeSelector": {"voice.platform/pool": POOLS[name]},
            "tolerations": [{"key": POOLS[name], "operator": "Exists"}],
            "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [anti_affinity]}},
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
class Underutilized:
    """The pod of each Deployment on the node that was added for it."""

    pods: dict[str, Object]

    def node(self, name: str) -> str:
        return self.pods[name]["spec"]["nodeName"]


@pytest.fixture(scope="module")
def underutilized(staging: Deployed) -> Iterator[Underutilized]:
    """Three nodes with a small pod each, and a call on the movable one."""
    cluster = staging.cluster
    existing_nodes = [name for name, node in nodes(cluster).items() if pool(node) in POOLS.values()]
    created = [deployment(name) for name in POOLS] + [BUDGET]
    set_cordoned(cluster, existing_nodes, cordoned=True)
    try:
        for item in created:
            cluster.create(item, "test")
        wait_until(
            lambda: all(_ready(cluster, name) for name in POOLS),
            description="a ready pod of each Deployment",
        )
        set_call(cluster, _ready(cluster, "movable")[0], is_up=True)
        found = Underutilized({name: _ready(cluster, name)[0] for name in POOLS})
        set_cordoned(cluster, existing_nodes, cordoned=False)
        yield found
        if exists(cluster, found.pods["movable"]):
            set_call(cluster, found.pods["movable"], is_up=False)
    finally:
        set_cordoned(cluster, [name for name in existing_nodes if name in nodes(cluster)], cordoned=False)
        for item in created:
            cluster.delete(Key.of(item))
    wait_until(
        lambda: not any(found.node(name) in nodes(cluster) for name in POOLS),
        description="the removal of the nodes",
    )


def _ready(cluster: RunningCluster, name: str) -> list[Object]:
    return [pod for pod in pods(cluster, "default") if workload(pod) == f"default/{name}" and is_ready(pod)]


@pytest.mark.requirement("B12")
def test_an_underutilized_node_is_drained_and_removed_after_its_call(
    cluster: RunningCluster, underutilized: Underutilized
) -> None:
    pod, node = underutilized.pods["movable"], underutilized.node("movable")
    wait_until(
        lambda: _ready(cluster, "movable") and _ready(cluster, "movable")[0] != pod, description="the replacement pod"
    )
    (other,) = _ready(cluster, "movable")
    assert other["spec"]["nodeName"] != node
    for _ in range(2):
        cluster.controller_manager.reconcile_all()
    assert exists(cluster, pod), "the pod terminated before its call ended"
    assert node in nodes(cluster), "the node was removed before its call ended"
    assert is_marked_for_deletion(nodes(cluster)[node]), "the node accepts pods during its drain"
    set_call(cluster, pod, is_up=False)
    wait_until(lambda: node not in nodes(cluster), description="the removal of the node after the call")
    assert other["spec"]["nodeName"] in nodes(cluster)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("unsafe", f"it has the annotation {SAFE_TO_EVICT}: false"), ("budgeted", "allows no disruption")],
)
def test_an_underutilized_node_with_a_blocking_pod_remains(
    cluster: RunningCluster, underutilized: Underutilized, name: str, reason: str
) -> None:
    wait_until(lambda: underutilized.node("movable") not in nodes(cluster), description="the removal of the other node")
    for _ in range(3):  # They have been underutilized for as long as the removed node.
        cluster.controller_manager.reconcile_all()
    assert exists(cluster, underutilized.pods[name]), "the pod was evicted"
    assert not is_marked_for_deletion(nodes(cluster)[underutilized.node(name)]), "the node is being removed"
    assert reason in cluster.controller_manager.autoscaler.scale_down.reasons[underutilized.node(name)]


@pytest.mark.requirement("B12")
def test_the_scale_down_profile_comes_from_the_simulated_azure(cluster: RunningCluster) -> None:
    assert cluster.scale_down_profile() == ScaleDownProfile(threshold=0.5, skips_local_storage=False)
