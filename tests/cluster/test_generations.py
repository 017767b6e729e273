"""A generation of a pool is added, the one before retired and removed, with calls up and none cut."""

from __future__ import annotations

import pytest

from tests.cluster.cluster_queries import (
    eventually,
    exists,
    is_ready,
    mark_call,
    nodes,
    pods_of,
    small_pod,
    why_not_placed,
)
from tests.cluster.conftest import Deployed

pytestmark = pytest.mark.cluster

GENERATIONS = "voice:aks.mediaPools.livekit.generations"
GENERATION = "voice.platform/generation"


def test_a_generation_is_retired_and_removed_and_no_call_is_cut(staging: Deployed) -> None:
    cluster, rehearsal = staging.cluster, staging.rehearsal
    old = {"name": "a", "vmSize": "Standard_D4s_v5", "osDisk": {"gib": 64}}
    new = {**old, "name": "b"}
    (call,) = pods_of(cluster, "livekit")
    mark_call(cluster, call, is_up=True)
    retired = rehearsal.up(config={GENERATIONS: [{**old, "state": "retiring"}, new]})
    assert retired.ok, retired.text

    def on(generation: str) -> list[str]:
        return [
            name
            for name, node in nodes(cluster).items()
            if node["metadata"]["labels"].get("voice.platform/pool") == "livekit"
            and node["metadata"]["labels"].get(GENERATION) == generation
        ]

    eventually(
        lambda: any(is_ready(pod) and pod["spec"]["nodeName"] in on("b") for pod in pods_of(cluster, "livekit")),
        what="a pod on the new generation",
    )
    cluster.controller_manager.reconcile_all()
    late = small_pod("late", "default", call["spec"]["nodeName"])
    late["spec"]["tolerations"] = [{"key": "livekit", "operator": "Exists"}]
    assert "untolerated taint" in why_not_placed(cluster, late), "a retiring generation takes pods of its pool"
    assert exists(cluster, call), "the pod ended before its call"
    assert call["spec"]["nodeName"] in on("a"), "the node went before the call on it had ended"
    mark_call(cluster, call, is_up=False)
    eventually(lambda: not exists(cluster, call), what="the pod gone, once its call has ended")
    eventually(lambda: on("a") == [], what="the retiring pool empty")
    removed = rehearsal.up(config={GENERATIONS: [new]})
    assert removed.ok, removed.text
    assert [
        pool.name for pool in cluster.pools() if pool.labels.get(GENERATION) == "a" and "livekit" in pool.name
    ] == []
    assert all(map(is_ready, pods_of(cluster, "livekit")))
    back = rehearsal.up()
    assert back.ok, back.text
