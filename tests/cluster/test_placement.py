"""Where the real scheduler places the pods of a committed stack, and when the simulated autoscaler adds nodes."""

from __future__ import annotations

from collections import Counter

import pytest

from azure_rehearsal.kubernetes.real.nodes import pool_of
from azure_rehearsal.kubernetes.real.real_clusters import RunningCluster
from tests.cluster.cluster_queries import (
    CALL_NAMESPACES,
    MEDIA_POOLS,
    is_daemon,
    is_ready,
    nodes,
    pods,
    pods_of,
    pool,
    scale,
    scheduling_failure,
    small_pod,
    wait_until,
    workload,
)

pytestmark = pytest.mark.cluster


@pytest.mark.requirement("A20", "B13")
def test_media_pods_run_only_on_their_media_pools(cluster: RunningCluster) -> None:
    by_name = nodes(cluster)
    for name, wanted in MEDIA_POOLS.items():
        placed = pods_of(cluster, name)
        assert placed, f"{name} has pods"
        assert {pool(by_name[pod["spec"]["nodeName"]]) for pod in placed} == {wanted}, name


@pytest.mark.requirement("B13")
def test_media_pools_run_only_media_pods_and_daemons(cluster: RunningCluster) -> None:
    by_name = nodes(cluster)
    media = {f"voice-media/{name}" for name in MEDIA_POOLS}
    other_pods = [
        f"{workload(pod)} on {pod['spec']['nodeName']}"
        for pod in pods(cluster)
        if pool(by_name[pod["spec"]["nodeName"]]) in MEDIA_POOLS.values()
        and workload(pod) not in media
        and not is_daemon(pod)
    ]
    assert other_pods == []


@pytest.mark.requirement("A18")
def test_a_node_has_at_most_one_pod_of_each_media_workload(cluster: RunningCluster) -> None:
    counts = Counter((workload(pod), pod["spec"]["nodeName"]) for name in MEDIA_POOLS for pod in pods_of(cluster, name))
    assert max(counts.values()) == 1, counts


def test_media_pools_repel_other_pods(cluster: RunningCluster) -> None:
    for name in set(MEDIA_POOLS.values()):
        node = next(node for node, found in nodes(cluster).items() if pool(found) == name)
        other_pod = small_pod("other", "default", node)
        assert "untolerated taint" in scheduling_failure(cluster, other_pod), f"pool {name} accepts any pod"
        other_pod["spec"]["tolerations"] = [{"key": name, "operator": "Exists"}]
        assert scheduling_failure(cluster, other_pod) == "", "another reason than the taint prevents scheduling"


@pytest.mark.parametrize("name", CALL_NAMESPACES)
def test_pods_of_a_workload_do_not_share_a_node(cluster: RunningCluster, name: str) -> None:
    """Uses a pod that shares only the labels of the workload, so that requests and ports cannot be the cause."""
    (placed, *_) = pods_of(cluster, name)
    labels = {key: value for key, value in placed["metadata"]["labels"].items() if key != "pod-template-hash"}
    twin = small_pod("twin", CALL_NAMESPACES[name], placed["spec"]["nodeName"], labels=labels)
    twin["spec"]["tolerations"] = [{"key": pool(nodes(cluster)[placed["spec"]["nodeName"]]), "operator": "Exists"}]
    assert "anti-affinity" in scheduling_failure(cluster, twin), f"two pods of {name} share a node"
    twin["metadata"]["labels"] = {}
    assert scheduling_failure(cluster, twin) == "", "another reason than the labels prevents scheduling"


@pytest.mark.requirement("A18", "B36")
def test_nodes_of_media_pools_have_public_addresses(cluster: RunningCluster) -> None:
    for node in nodes(cluster).values():
        addresses = [entry for entry in node["status"]["addresses"] if entry["type"] == "ExternalIP"]
        assert len(addresses) == (1 if pool(node) in MEDIA_POOLS.values() else 0), node["metadata"]["name"]


@pytest.mark.requirement("B9", "B73")
def test_a_pod_is_pending_until_the_autoscaler_adds_a_node(cluster: RunningCluster) -> None:
    before = _settled(cluster)
    cluster.controller_manager.autoscaler.enabled = False
    try:
        scale(cluster, "livekit", before + 1)
        wait_until(lambda: len(pods_of(cluster, "livekit")) == before + 1, description="an additional pod")
        wait_until(lambda: _unschedulable(cluster, "livekit") == 1, description="an unschedulable pod")
    finally:
        cluster.controller_manager.autoscaler.enabled = True
    wait_until(lambda: all(is_ready(pod) for pod in pods_of(cluster, "livekit")), description="all pods being ready")
    assert len(_nodes_of(cluster, "livekit")) == before + 1
    scale(cluster, "livekit", before)
    wait_until(lambda: len(_nodes_of(cluster, "livekit")) == before, description="the removal of the idle node")


def test_a_pool_never_grows_beyond_its_maximum(cluster: RunningCluster) -> None:
    wanted = _settled(cluster)
    maximum = sum(found.max_count for found in cluster.pools() if found.labels.get("voice.platform/pool") == "livekit")
    scale(cluster, "livekit", maximum + 1)
    try:
        wait_until(lambda: len(_nodes_of(cluster, "livekit")) == maximum, description="a full pool")
        wait_until(
            lambda: sum(map(is_ready, pods_of(cluster, "livekit"))) == maximum,
            description="all but one pod",
        )
        for _ in range(3):
            cluster.controller_manager.reconcile_all()
        assert len(_nodes_of(cluster, "livekit")) == maximum
        assert _unschedulable(cluster, "livekit") == 1
    finally:
        scale(cluster, "livekit", wanted)
    wait_until(lambda: len(_nodes_of(cluster, "livekit")) == wanted, description="the removal of the idle nodes")


def _settled(cluster: RunningCluster) -> int:
    """The number of LiveKit pods, once nodes of earlier tests are removed."""
    pods = len(pods_of(cluster, "livekit"))
    wait_until(lambda: len(_nodes_of(cluster, "livekit")) == pods, description="one node for each pod")
    return pods


def _nodes_of(cluster: RunningCluster, name: str) -> list[str]:
    return [pool_of(node) for node in nodes(cluster).values() if pool(node) == name]


def _unschedulable(cluster: RunningCluster, name: str) -> int:
    """The number of unschedulable pods."""
    return sum(
        any(entry.get("reason") == "Unschedulable" for entry in pod.get("status", {}).get("conditions") or ())
        and not pod["spec"].get("nodeName")
        for pod in pods_of(cluster, name)
    )
