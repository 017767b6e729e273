"""The calls that production states find their place: by the real scheduler, on nodes that the pools may have; with a
region lost, and with a zone lost. What was found becomes a table in docs/capacity.md.
"""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import pytest

from tests.cluster.cluster_queries import MEDIA, eventually, evict, exists, pool
from tests.cluster.pages import Pages
from tests.cluster.production import Region, lost
from tools import capacity_page
from tools.reckoning import AGENTS

pytestmark = pytest.mark.cluster

WELL = "all is well"
SHARED = [name for name, workloads in Counter(MEDIA.values()).items() if workloads > 1]
"""Pools whose nodes have room for a pod of more than one workload."""


@pytest.fixture(scope="module")
def full(production: list[Region]) -> list[Region]:
    """The regions with all the pods that their calls need."""
    for region in production:
        region.await_pods(region.wanted)
    return production


@pytest.fixture(scope="module")
def well(full: list[Region]) -> list[dict[str, Any]]:
    """What there is while all is well."""
    return [region.told(WELL, region.reckoning.calls) for region in full]


@pytest.fixture(scope="module")
def without_a_region(full: list[Region], well: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the others have while the first region is lost; an agent that goes there is replaced."""
    assert well
    gone, *others = full
    when = f"region {gone.reckoning.region} is lost"
    with lost(gone):
        for region in others:
            agent = region.ready()[AGENTS][0]
            assert evict(region.cluster, agent) is None
            eventually(lambda r=region, a=agent: not exists(r.cluster, a), what="the agent gone")
            region.await_pods(region.wanted)
        return [region.told(when, region.situation("a region is lost").calls) for region in others]


@pytest.fixture(scope="module")
def without_a_zone(full: list[Region], without_a_region: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What each region has left as soon as it loses a zone, each another one: without pods that come anew."""
    assert without_a_region
    for region in full:
        region.await_pods(region.wanted)
    zones = {str(place + 1): region for place, region in enumerate(full)}
    left = {zone: _outside(region, zone) for zone, region in zones.items()}
    try:
        for zone, region in zones.items():
            region.cluster.lost_zones = frozenset({zone})
        for zone, region in zones.items():
            eventually(lambda z=zone, r=region: z not in r.zones().values(), what=f"zone {zone} lost")
            region.await_pods(left[zone])
        return [region.told(f"zone {zone} is lost", region.reckoning.calls) for zone, region in zones.items()]
    finally:
        for region in full:
            region.cluster.lost_zones = frozenset()


@pytest.mark.requirement("B10")
def test_all_pods_that_the_calls_need_are_placed_within_the_pools_maxima(full: list[Region]) -> None:
    for region in full:
        assert region.cluster.unready() == []
        most = region.most_nodes()
        have = Counter(map(pool, region.nodes_with(region.ready()).values()))
        assert {row.pool for row in region.reckoning.pools} == set(have)
        assert all(have[name] <= most[name] for name in have), (have, most)
        assert region.reckoning.refused == ()


@pytest.mark.requirement("B69")
def test_media_pods_are_spread_over_the_zones_as_the_reckoning_says(full: list[Region]) -> None:
    for region in full:
        zones, ready = region.zones(), region.ready()
        for row in region.reckoning.workloads:
            if row.workload in MEDIA:
                in_zones = Counter(zones[pod["spec"]["nodeName"]] for pod in ready[row.workload])
                assert len(in_zones) == region.reckoning.zones, f"{row.workload}: {in_zones}"
                assert max(in_zones.values()) <= row.pods_per_zone, f"{row.workload}: {in_zones}"


def test_with_a_region_lost_the_others_have_every_pod_that_its_calls_and_their_own_need(
    full: list[Region], without_a_region: list[dict[str, Any]]
) -> None:
    gone, *others = full
    assert [found["region"] for found in without_a_region] == [region.reckoning.region for region in others]
    for region, found in zip(others, without_a_region, strict=True):
        needed = region.situation("a region is lost")
        assert needed.calls > region.reckoning.calls, "it takes calls of the lost one"
        _carries(found, needed.pods)
    carried = sum(found["calls"] for found in without_a_region)
    assert carried >= sum(region.reckoning.calls for region in full), f"calls of {gone.stack} are left over"


def test_with_a_zone_lost_the_pods_that_the_calls_need_are_still_there(
    full: list[Region], without_a_zone: list[dict[str, Any]]
) -> None:
    for region, found in zip(full, without_a_zone, strict=True):
        assert len(found["zones"]) == region.reckoning.zones - 1
        _carries(found, region.situation("a zone is lost").pods)


def test_the_page_of_capacity_tells_what_production_has(
    well: list[dict[str, Any]],
    without_a_region: list[dict[str, Any]],
    without_a_zone: list[dict[str, Any]],
    pages: Pages,
) -> None:
    found = [*well, *without_a_zone, *without_a_region]
    pages.keep(capacity_page.LIVE, found, lambda: capacity_page.main([]), "capacity", _determined)


def _determined(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All but how many nodes of a shared pool are taken: that depends on which pod comes first."""
    rows = copy.deepcopy(rows)
    for row in rows:
        for name in SHARED:
            del row["nodes"][name]["used"]
    return rows


def _outside(region: Region, zone: str) -> dict[str, int]:
    """How many pods of each workload are ready in other zones."""
    zones = region.zones()
    return {name: sum(zones[pod["spec"]["nodeName"]] != zone for pod in pods) for name, pods in region.ready().items()}


def _carries(found: dict[str, Any], pods: Any) -> None:
    """What was found is no less than the reckoning says, on no more nodes than the pools may have."""
    for name, count in pods.items():
        assert found["pods"][name]["ready"] >= count, f"{found['region']}: {found['pods']}, needed {pods}"
        assert found["pods"][name]["percent"] <= 100, f"{found['region']}: a {name} would carry more than it can"
    for name, nodes in found["nodes"].items():
        assert 0 < nodes["used"] <= nodes["most"], f"{found['region']}: pool {name}: {nodes}"
