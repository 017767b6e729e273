"""Where the real scheduler puts the pods of a committed stack, and what the autoscaler's stand-in adds for them."""

from __future__ import annotations

from collections import Counter

import pytest

from azure_rehearsal.kubernetes.real.nodes import pool_of
from azure_rehearsal.kubernetes.real.real_clusters import RunningCluster
from tests.cluster.cluster_queries import (
    MEDIA,
    WITH_CALLS,
    eventually,
    is_daemon,
    is_ready,
    nodes,
    pods,
    pods_of,
    pool,
    scale,
    small_pod,
    why_not_placed,
    workload,
)

pytestmark = pytest.mark.cluster


@pytest.mark.requirement("A20", "B13")
def test_media_pods_land_on_their_media_pools_only(cluster: RunningCluster) -> None:
    by_name = nodes(cluster)
    for name, wanted in MEDIA.items():
        placed = pods_of(cluster, name)
        assert placed, f"{name} has pods"
        assert {pool(by_name[pod["spec"]["nodeName"]]) for pod in placed} == {wanted}, name


@pytest.mark.requirement("B13")
def test_nothing_but_media_pods_and_daemons_lands_on_media_pools(cluster: RunningCluster) -> None:
    by_name = nodes(cluster)
    media = {f"voice-media/{name}" for name in MEDIA}
    strangers = [
        f"{workload(pod)} on {pod['spec']['nodeName']}"
        for pod in pods(cluster)
        if pool(by_name[pod["spec"]["nodeName"]]) in MEDIA.values()
        and workload(pod) not in media
        and not is_daemon(pod)
    ]
    assert strangers == []


@pytest.mark.requirement("A18")
def test_a_node_has_at_most_one_pod_of_each_media_workload(cluster: RunningCluster) -> None:
    most = Counter((workload(pod), pod["spec"]["nodeName"]) for name in MEDIA for pod in pods_of(cluster, name))
    assert max(most.values()) == 1, most


def test_no_other_pod_is_let_onto_a_media_pool(cluster: RunningCluster) -> None:
    for name in set(MEDIA.values()):
        node = next(node for node, found in nodes(cluster).items() if pool(found) == name)
        stranger = small_pod("stranger", "default", node)
        assert "untolerated taint" in why_not_placed(cluster, stranger), f"pool {name} takes any pod"
        stranger["spec"]["tolerations"] = [{"key": name, "operator": "Exists"}]
        assert why_not_placed(cluster, stranger) == "", "something else than the taint kept it away"


@pytest.mark.parametrize("name", WITH_CALLS)
def test_a_node_with_a_pod_of_a_workload_takes_no_other_one_of_it(cluster: RunningCluster, name: str) -> None:
    """Asked with a pod that has nothing of the workload but its labels: there is room for it, and no port is taken."""
    (placed, *_) = pods_of(cluster, name)
    labels = {key: value for key, value in placed["metadata"]["labels"].items() if key != "pod-template-hash"}
    twin = small_pod("twin", WITH_CALLS[name], placed["spec"]["nodeName"], labels=labels)
    twin["spec"]["tolerations"] = [{"key": pool(nodes(cluster)[placed["spec"]["nodeName"]]), "operator": "Exists"}]
    assert "anti-affinity" in why_not_placed(cluster, twin), f"two pods of {name} share a node"
    twin["metadata"]["labels"] = {}
    assert why_not_placed(cluster, twin) == "", "something else than the labels kept it away"


@pytest.mark.requirement("A18", "B36")
def test_nodes_of_media_pools_have_public_addresses_of_their_prefix(cluster: RunningCluster) -> None:
    for node in nodes(cluster).values():
        addresses = [entry for entry in node["status"]["addresses"] if entry["type"] == "ExternalIP"]
        assert len(addresses) == (1 if pool(node) in MEDIA.values() else 0), node["metadata"]["name"]


@pytest.mark.requirement("B9", "B73")
def test_a_full_pool_leaves_a_pod_pending_until_the_autoscaler_adds_a_node(cluster: RunningCluster) -> None:
    before = _settled(cluster)
    cluster.controller_manager.autoscaler.enabled = False
    try:
        scale(cluster, "livekit", before + 1)
        eventually(lambda: len(pods_of(cluster, "livekit")) == before + 1, what="one pod more")
        eventually(lambda: _homeless(cluster, "livekit") == 1, what="a pod without a place")
    finally:
        cluster.controller_manager.autoscaler.enabled = True
    eventually(lambda: all(is_ready(pod) for pod in pods_of(cluster, "livekit")), what="every pod ready")
    assert len(_nodes_of(cluster, "livekit")) == before + 1
    scale(cluster, "livekit", before)
    eventually(lambda: len(_nodes_of(cluster, "livekit")) == before, what="the idle node gone")


def test_a_pool_never_grows_beyond_its_maximum(cluster: RunningCluster) -> None:
    wanted = _settled(cluster)
    most = sum(found.max_count for found in cluster.pools() if found.labels.get("voice.platform/pool") == "livekit")
    scale(cluster, "livekit", most + 1)
    try:
        eventually(lambda: len(_nodes_of(cluster, "livekit")) == most, what="a full pool")
        eventually(lambda: sum(map(is_ready, pods_of(cluster, "livekit"))) == most, what="all but one ready")
        for _ in range(3):
            cluster.controller_manager.reconcile_all()
        assert len(_nodes_of(cluster, "livekit")) == most
        assert _homeless(cluster, "livekit") == 1
    finally:
        scale(cluster, "livekit", wanted)
    eventually(lambda: len(_nodes_of(cluster, "livekit")) == wanted, what="the idle nodes gone")


def _settled(cluster: RunningCluster) -> int:
    """How many pods, and nodes, LiveKit has once what earlier tests left is gone."""
    pods = len(pods_of(cluster, "livekit"))
    eventually(lambda: len(_nodes_of(cluster, "livekit")) == pods, what="as many nodes as pods")
    return pods


def _nodes_of(cluster: RunningCluster, name: str) -> list[str]:
    return [pool_of(node) for node in nodes(cluster).values() if pool(node) == name]


def _homeless(cluster: RunningCluster, name: str) -> int:
    """How many pods the scheduler found no node for."""
    return sum(
        any(entry.get("reason") == "Unschedulable" for entry in pod.get("status", {}).get("conditions") or ())
        and not pod["spec"].get("nodeName")
        for pod in pods_of(cluster, name)
    )
