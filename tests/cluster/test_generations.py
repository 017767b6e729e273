"""Adds a generation of a pool, retires and removes the old one, without interrupting calls."""

from __future__ import annotations

import pytest

from tests.cluster.cluster_queries import (
    exists,
    is_ready,
    nodes,
    pods_of,
    scheduling_failure,
    set_call,
    small_pod,
    wait_until,
)
from tests.cluster.conftest import Deployed

pytestmark = pytest.mark.cluster

GENERATIONS = "voice:aks.mediaPools.livekit.generations"
GENERATION = "voice.platform/generation"


def test_retiring_and_removing_a_generation_interrupts_no_call(staging: Deployed) -> None:
    cluster, rehearsal = staging.cluster, staging.rehearsal
    old = {"name": "a", "vmSize": "Standard_D4s_v5", "osDisk": {"gib": 64}}
    new = {**old, "name": "b"}
    (call,) = pods_of(cluster, "livekit")
    set_call(cluster, call, is_up=True)
    retired = rehearsal.up(config={GENERATIONS: [{**old, "state": "retiring"}, new]})
    assert retired.ok, retired.text

    def on(generation: str) -> list[str]:
        return [
            name
            for name, node in nodes(cluster).items()
            if node["metadata"]["labels"].get("voice.platform/pool") == "livekit"
            and node["metadata"]["labels"].get(GENERATION) == generation
        ]

    wait_until(
        lambda: any(is_ready(pod) and pod["spec"]["nodeName"] in on("b") for pod in pods_of(cluster, "livekit")),
        description="a pod on the new generation",
    )
    cluster.controller_manager.reconcile_all()
    late = small_pod("late", "default", call["spec"]["nodeName"])
    late["spec"]["tolerations"] = [{"key": "livekit", "operator": "Exists"}]
    assert "untolerated taint" in scheduling_failure(cluster, late), "a retiring generation accepts pods"
    assert exists(cluster, call), "the pod terminated before its call ended"
    assert call["spec"]["nodeName"] in on("a"), "the node was removed before its call ended"
    set_call(cluster, call, is_up=False)
    wait_until(lambda: not exists(cluster, call), description="the deletion of the pod after its call")
    wait_until(lambda: on("a") == [], description="the removal of all nodes of the retiring generation")
    removed = rehearsal.up(config={GENERATIONS: [new]})
    assert removed.ok, removed.text
    assert [
        pool.name for pool in cluster.pools() if pool.labels.get(GENERATION) == "a" and "livekit" in pool.name
    ] == []
    assert all(map(is_ready, pods_of(cluster, "livekit")))
    back = rehearsal.up()
    assert back.ok, back.text
