"""Production carries its configured calls, also without a region or a zone.

The real scheduler places the pods within the pools' limits. The results are a table in docs/capacity.md.
"""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import pytest

from model.workloads.voice_agent import WORKLOAD as VOICE_AGENT
from tests.cluster.cluster_queries import MEDIA_POOLS, evict, exists, pool, wait_until
from tests.cluster.pages import Pages
from tests.cluster.production import Region, lost
from tools import capacity_page
from tools.generated_files import write_or_check

pytestmark = pytest.mark.cluster

WELL = "all is well"
SHARED = [name for name, workloads in Counter(MEDIA_POOLS.values()).items() if workloads > 1]
"""Pools whose nodes run pods of more than one workload."""


@pytest.fixture(scope="module")
def full(production: list[Region]) -> list[Region]:
    """The regions with all pods for their calls."""
    for region in production:
        region.await_pods(region.wanted)
    return production


@pytest.fixture(scope="module")
def well(full: list[Region]) -> list[dict[str, Any]]:
    """The page rows without a fault."""
    return [region.page_row(WELL, region.report.calls) for region in full]


@pytest.fixture(scope="module")
def without_a_region(full: list[Region], well: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The page rows of the others after the loss of the first region; an agent that is evicted there is replaced."""
    assert well
    gone, *others = full
    when = f"region {gone.report.region} is lost"
    with lost(gone):
        for region in others:
            agent = region.ready()[VOICE_AGENT.name][0]
            assert evict(region.cluster, agent) is None
            wait_until(lambda r=region, a=agent: not exists(r.cluster, a), description="the deletion of the agent")
            region.await_pods(region.wanted)
        return [region.page_row(when, region.situation("a region is lost").calls) for region in others]


@pytest.fixture(scope="module")
def without_a_zone(full: list[Region], without_a_region: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The page rows after each region lost another zone, before replacement pods start."""
    assert without_a_region
    for region in full:
        region.await_pods(region.wanted)
    zones = {str(place + 1): region for place, region in enumerate(full)}
    left = {zone: _outside(region, zone) for zone, region in zones.items()}
    try:
        for zone, region in zones.items():
            region.cluster.lost_zones = frozenset({zone})
        for zone, region in zones.items():
            wait_until(lambda z=zone, r=region: z not in r.zones().values(), description=f"the loss of zone {zone}")
            region.await_pods(left[zone])
        return [region.page_row(f"zone {zone} is lost", region.report.calls) for zone, region in zones.items()]
    finally:
        for region in full:
            region.cluster.lost_zones = frozenset()


@pytest.mark.requirement("B10")
def test_all_pods_for_the_calls_fit_within_the_pools_maxima(full: list[Region]) -> None:
    for region in full:
        assert region.cluster.unready() == []
        most = region.max_nodes()
        have = Counter(map(pool, region.nodes_with(region.ready()).values()))
        assert {row.pool for row in region.report.pools} == set(have)
        assert all(have[name] <= most[name] for name in have), (have, most)
        assert region.report.refused == ()


@pytest.mark.requirement("B69")
def test_media_pods_spread_over_zones_as_calculated(full: list[Region]) -> None:
    for region in full:
        zones, ready = region.zones(), region.ready()
        for row in region.report.workloads:
            if row.workload in MEDIA_POOLS:
                in_zones = Counter(zones[pod["spec"]["nodeName"]] for pod in ready[row.workload])
                assert len(in_zones) == region.report.zones, f"{row.workload}: {in_zones}"
                assert max(in_zones.values()) <= row.pods_per_zone, f"{row.workload}: {in_zones}"


def test_after_the_loss_of_a_region_the_others_have_all_pods_for_its_calls(
    full: list[Region], without_a_region: list[dict[str, Any]]
) -> None:
    gone, *others = full
    assert [found["region"] for found in without_a_region] == [region.report.region for region in others]
    for region, found in zip(others, without_a_region, strict=True):
        needed = region.situation("a region is lost")
        assert needed.calls > region.report.calls, "no call of the lost region is counted"
        _carries(found, needed.pods)
    carried = sum(found["calls"] for found in without_a_region)
    assert carried >= sum(region.report.calls for region in full), f"not all calls of {gone.stack} are carried"


def test_after_the_loss_of_a_zone_enough_pods_for_the_calls_remain(
    full: list[Region], without_a_zone: list[dict[str, Any]]
) -> None:
    for region, found in zip(full, without_a_zone, strict=True):
        assert len(found["zones"]) == region.report.zones - 1
        _carries(found, region.situation("a zone is lost").pods)


def test_the_capacity_page_matches_production(
    well: list[dict[str, Any]],
    without_a_region: list[dict[str, Any]],
    without_a_zone: list[dict[str, Any]],
    pages: Pages,
) -> None:
    found = [*well, *without_a_zone, *without_a_region]
    pages.verify(
        capacity_page.LIVE,
        found,
        lambda: write_or_check("capacity-page", capacity_page.texts(), check=False),
        "capacity",
        _determined,
    )


def _determined(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the used nodes of shared pools, which depend on the order of pods."""
    rows = copy.deepcopy(rows)
    for row in rows:
        for name in SHARED:
            del row["nodes"][name]["used"]
    return rows


def _outside(region: Region, zone: str) -> dict[str, int]:
    """The number of ready pods of each workload in other zones."""
    zones = region.zones()
    return {name: sum(zones[pod["spec"]["nodeName"]] != zone for pod in pods) for name, pods in region.ready().items()}


def _carries(found: dict[str, Any], pods: Any) -> None:
    """The pods and nodes suffice for the calls and stay within the pools' limits."""
    for name, count in pods.items():
        assert found["pods"][name]["ready"] >= count, f"{found['region']}: {found['pods']}, needed {pods}"
        assert found["pods"][name]["percent"] <= 100, f"{found['region']}: a {name} would carry more than it can"
    for name, nodes in found["nodes"].items():
        assert 0 < nodes["used"] <= nodes["most"], f"{found['region']}: pool {name}: {nodes}"
