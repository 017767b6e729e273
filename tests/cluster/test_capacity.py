"""The calls that production states find their place: by the real scheduler, on nodes that the pools may have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from rehearsal.kubernetes.real.nodes import ZONE
from rehearsal.kubernetes.real.real_clusters import LiveCluster
from settings.loader import load_stack_file
from tests.cluster.asking import MEDIA, WITH_CALLS, eventually, is_ready, nodes, pods, pods_of, scale, workload
from tests.unit.stacks import PROJECT
from tools.reckoning import AGENTS, Reckoning, reckon

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def reckoning() -> Reckoning:
    """What the stack file says that its calls need."""
    return reckon("prod", load_stack_file(PROJECT / "Pulumi.prod.yaml"))


@pytest.fixture(scope="module")
def full(production: LiveCluster, reckoning: Reckoning) -> LiveCluster:
    """Production with all the pods that its calls need."""
    wanted = {row.workload: row.pods for row in reckoning.workloads}
    for name, count in wanted.items():
        scale(production, name, count)
    eventually(lambda: ready(production) == wanted, 240, f"{wanted} pods ready (there are {ready(production)})")
    return production


def ready(cluster: LiveCluster) -> Mapping[str, int]:
    """How many pods of each workload are ready, on nodes that are there."""
    names = {f"{WITH_CALLS[name]}/{name}": name for name in (*MEDIA, AGENTS)}
    there = nodes(cluster)
    standing = [pod for pod in pods(cluster) if is_ready(pod) and pod["spec"].get("nodeName") in there]
    return Counter(names[workload(pod)] for pod in standing if workload(pod) in names)


def test_all_pods_that_the_calls_need_are_placed_within_the_pools_maxima(
    full: LiveCluster, reckoning: Reckoning
) -> None:
    assert full.unready() == []
    most = {pool.name: pool.most for pool in full.pools()}
    have = Counter(node["metadata"]["labels"]["agentpool"] for node in nodes(full).values())
    assert all(have[name] <= most[name] for name in have), (have, most)
    assert reckoning.refused == ()


def test_media_pods_are_spread_over_the_zones_as_the_reckoning_says(full: LiveCluster, reckoning: Reckoning) -> None:
    zones = {name: node["metadata"]["labels"][ZONE] for name, node in nodes(full).items()}
    for row in reckoning.workloads:
        if row.workload not in MEDIA:
            continue
        placed = pods_of(full, row.workload)
        in_zones = Counter(zones[pod["spec"]["nodeName"]] for pod in placed)
        assert len(in_zones) == reckoning.zones, f"{row.workload}: {in_zones}"
        assert max(in_zones.values()) <= row.pods_per_zone, f"{row.workload}: {in_zones}"


def test_with_a_zone_lost_the_pods_that_its_calls_need_are_still_there(full: LiveCluster, reckoning: Reckoning) -> None:
    (lost,) = [situation for situation in reckoning.situations if situation.name == "a zone is lost"]
    full.lost_zones = frozenset({"1"})
    try:
        eventually(lambda: not any(node["metadata"]["labels"][ZONE].endswith("-1") for node in nodes(full).values()))
        eventually(
            lambda: all(ready(full)[name] >= count for name, count in lost.pods.items()),
            120,
            f"{lost.pods} pods ready without a zone (there are {ready(full)})",
        )
    finally:
        full.lost_zones = frozenset()
    eventually(lambda: ready(full) == {row.workload: row.pods for row in reckoning.workloads}, 240, "all pods again")


def test_a_region_carries_its_share_when_another_one_is_lost(full: LiveCluster, reckoning: Reckoning) -> None:
    (lost,) = [situation for situation in reckoning.situations if situation.name == "a region is lost"]
    assert lost.calls > reckoning.calls, "it takes calls of the other one"
    assert all(ready(full)[name] >= count for name, count in lost.pods.items()), (ready(full), lost.pods)
    assert all(lost.used(name) <= 1 for name in lost.pods), "what a pod would carry is more than it can"
