"""Draining nodes with calls up: one pod at a time, and none before its call has ended."""

from __future__ import annotations

import time

import pytest

from azure_rehearsal.kubernetes.cluster import Reason
from azure_rehearsal.kubernetes.real.api_client import MERGE
from azure_rehearsal.kubernetes.real.real_clusters import RunningCluster
from azure_rehearsal.kubernetes.real.scale_down import UNNEEDED_SECONDS
from tests.cluster.cluster_queries import (
    WITH_CALLS,
    eventually,
    evict,
    exists,
    is_ready,
    mark_call,
    nodes,
    pods_of,
    scale,
)

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize("name", WITH_CALLS)
def test_pods_with_calls_are_evicted_one_at_a_time_and_end_with_their_calls(cluster: RunningCluster, name: str) -> None:
    before = len(pods_of(cluster, name))
    scale(cluster, name, 2)
    eventually(lambda: _ready(cluster, name) == 2, what=f"two pods of {name}")
    first, second = pods_of(cluster, name)
    mark_call(cluster, first, is_up=True)
    mark_call(cluster, second, is_up=True)
    try:
        eventually(lambda: evict(cluster, first) is None, what="the eviction of the first pod")
        refused = evict(cluster, second)
        assert refused is not None, "the second pod was evicted while the first one was on its way out"
        assert refused.reason is Reason.TOO_MANY_REQUESTS, refused.message
        assert exists(cluster, first), "the pod ended before its call"
    finally:
        for pod in (first, second):
            if exists(cluster, pod):
                mark_call(cluster, pod, is_up=False)
    eventually(lambda: not exists(cluster, first), what="the first pod gone, once its call has ended")
    scale(cluster, name, before)
    eventually(lambda: len(pods_of(cluster, name)) == before, what="as many pods as before")


def test_a_node_with_an_unfinished_call_is_never_removed(cluster: RunningCluster) -> None:
    before = len(pods_of(cluster, "livekit"))
    scale(cluster, "livekit", before + 1)
    eventually(lambda: _ready(cluster, "livekit") == before + 1, what="one pod more")
    every = pods_of(cluster, "livekit")
    for pod in every:
        mark_call(cluster, pod, is_up=True)
    scale(cluster, "livekit", before)
    eventually(lambda: len(pods_of(cluster, "livekit")) == before, what="one pod on its way out")
    going = {pod["metadata"]["name"] for pod in every} - {
        pod["metadata"]["name"] for pod in pods_of(cluster, "livekit")
    }
    (last,) = [pod for pod in every if pod["metadata"]["name"] in going]
    try:
        time.sleep(UNNEEDED_SECONDS + 3)  # as long as an idle node would stay, and a round of the autoscaler
        assert exists(cluster, last), "the pod ended before its call"
        assert last["spec"]["nodeName"] in nodes(cluster), "the node went before the call on it had ended"
    finally:
        for pod in every:
            mark_call(cluster, pod, is_up=False)
    eventually(lambda: last["spec"]["nodeName"] not in nodes(cluster), what="the idle node gone")


@pytest.mark.parametrize("name", WITH_CALLS)
def test_a_rollout_never_goes_below_what_is_available(cluster: RunningCluster, name: str) -> None:
    old = pods_of(cluster, name)
    before = lowest = _ready(cluster, name)
    for pod in old:
        mark_call(cluster, pod, is_up=True)
    on_their_calls = {pod["metadata"]["uid"]: pod for pod in old}
    _roll(cluster, name, "1")

    def is_over() -> bool:
        """Each call ends as soon as its pod is to go: a pool need not hold all pods twice."""
        nonlocal lowest
        lowest = min(lowest, _ready(cluster, name))
        found = pods_of(cluster, name)
        staying = {pod["metadata"]["uid"] for pod in found}
        assert all(exists(cluster, pod) for pod in on_their_calls.values()), "a pod ended before its call"
        for uid in on_their_calls.keys() - staying:
            mark_call(cluster, on_their_calls.pop(uid), is_up=False)
        return len(found) == before and not staying & {pod["metadata"]["uid"] for pod in old}

    try:
        eventually(is_over, what=f"the rollout of {name}")
        assert lowest == before, f"{before} pods were available, and {lowest} during the rollout"
    finally:
        for pod in on_their_calls.values():
            mark_call(cluster, pod, is_up=False)
        _roll(cluster, name, None)
    eventually(lambda: not any(exists(cluster, pod) for pod in old), what="the old pods gone")
    eventually(lambda: _ready(cluster, name) == before, what="as many pods as before")


def _roll(cluster: RunningCluster, name: str, mark: str | None) -> None:
    """Changes the template of a workload, so that its pods are replaced."""
    path = f"/apis/apps/v1/namespaces/{WITH_CALLS[name]}/deployments/{name}"
    template = {"metadata": {"annotations": {"tests/rollout": mark}}}
    cluster.api.request("PATCH", path, {"fieldManager": "test"}, {"spec": {"template": template}}, MERGE)


def _ready(cluster: RunningCluster, name: str) -> int:
    return sum(map(is_ready, pods_of(cluster, name)))
