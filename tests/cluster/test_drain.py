"""Drains of nodes with calls: one pod at a time, and no pod before its call ends."""

from __future__ import annotations

import time

import pytest

from azure_rehearsal.kubernetes.cluster import Reason
from azure_rehearsal.kubernetes.real.api_client import MERGE
from azure_rehearsal.kubernetes.real.real_clusters import RunningCluster
from azure_rehearsal.kubernetes.real.scale_down import UNNEEDED_SECONDS
from tests.cluster.cluster_queries import (
    CALL_NAMESPACES,
    evict,
    exists,
    is_ready,
    nodes,
    pods_of,
    scale,
    set_call,
    wait_until,
)

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize("name", CALL_NAMESPACES)
def test_pods_with_calls_are_evicted_one_at_a_time_and_wait_for_their_calls(cluster: RunningCluster, name: str) -> None:
    before = len(pods_of(cluster, name))
    scale(cluster, name, 2)
    wait_until(lambda: _ready(cluster, name) == 2, description=f"two pods of {name}")
    first, second = pods_of(cluster, name)
    set_call(cluster, first, is_up=True)
    set_call(cluster, second, is_up=True)
    try:
        wait_until(lambda: evict(cluster, first) is None, description="the eviction of the first pod")
        refused = evict(cluster, second)
        assert refused is not None, "the second pod was evicted while the first one was terminating"
        assert refused.reason is Reason.TOO_MANY_REQUESTS, refused.message
        assert exists(cluster, first), "the pod terminated before its call ended"
    finally:
        for pod in (first, second):
            if exists(cluster, pod):
                set_call(cluster, pod, is_up=False)
    wait_until(lambda: not exists(cluster, first), description="the deletion of the first pod after its call")
    scale(cluster, name, before)
    wait_until(lambda: len(pods_of(cluster, name)) == before, description="the original number of pods")


def test_a_node_with_a_call_is_never_removed(cluster: RunningCluster) -> None:
    before = len(pods_of(cluster, "livekit"))
    scale(cluster, "livekit", before + 1)
    wait_until(lambda: _ready(cluster, "livekit") == before + 1, description="an additional pod")
    every = pods_of(cluster, "livekit")
    for pod in every:
        set_call(cluster, pod, is_up=True)
    scale(cluster, "livekit", before)
    wait_until(lambda: len(pods_of(cluster, "livekit")) == before, description="the termination of one pod")
    going = {pod["metadata"]["name"] for pod in every} - {
        pod["metadata"]["name"] for pod in pods_of(cluster, "livekit")
    }
    (last,) = [pod for pod in every if pod["metadata"]["name"] in going]
    try:
        time.sleep(UNNEEDED_SECONDS + 3)  # longer than an idle node remains
        assert exists(cluster, last), "the pod terminated before its call ended"
        assert last["spec"]["nodeName"] in nodes(cluster), "the node was removed before its call ended"
    finally:
        for pod in every:
            set_call(cluster, pod, is_up=False)
    wait_until(lambda: last["spec"]["nodeName"] not in nodes(cluster), description="the removal of the idle node")


@pytest.mark.parametrize("name", CALL_NAMESPACES)
def test_a_rollout_never_reduces_the_available_pods(cluster: RunningCluster, name: str) -> None:
    old = pods_of(cluster, name)
    before = lowest = _ready(cluster, name)
    for pod in old:
        set_call(cluster, pod, is_up=True)
    on_their_calls = {pod["metadata"]["uid"]: pod for pod in old}
    _roll(cluster, name, "1")

    def is_over() -> bool:
        """Ends a call as soon as its pod terminates, so that the pool need not hold all pods twice."""
        nonlocal lowest
        lowest = min(lowest, _ready(cluster, name))
        found = pods_of(cluster, name)
        staying = {pod["metadata"]["uid"] for pod in found}
        assert all(exists(cluster, pod) for pod in on_their_calls.values()), "a pod terminated before its call ended"
        for uid in on_their_calls.keys() - staying:
            set_call(cluster, on_their_calls.pop(uid), is_up=False)
        return len(found) == before and not staying & {pod["metadata"]["uid"] for pod in old}

    try:
        wait_until(is_over, description=f"the rollout of {name}")
        assert lowest == before, f"{before} pods were available, and {lowest} during the rollout"
    finally:
        for pod in on_their_calls.values():
            set_call(cluster, pod, is_up=False)
        _roll(cluster, name, None)
    wait_until(lambda: not any(exists(cluster, pod) for pod in old), description="the deletion of the old pods")
    wait_until(lambda: _ready(cluster, name) == before, description="the original number of pods")


def _roll(cluster: RunningCluster, name: str, mark: str | None) -> None:
    """Changes the pod template of a workload, which starts a rollout."""
    path = f"/apis/apps/v1/namespaces/{CALL_NAMESPACES[name]}/deployments/{name}"
    template = {"metadata": {"annotations": {"tests/rollout": mark}}}
    cluster.api.request("PATCH", path, {"fieldManager": "test"}, {"spec": {"template": template}}, MERGE)


def _ready(cluster: RunningCluster, name: str) -> int:
    return sum(map(is_ready, pods_of(cluster, name)))
