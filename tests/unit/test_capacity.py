"""Capacity: properties of the arithmetic, and the output of `voice capacity`."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from model.capacity import PodsNeeded, Share, most_calls, pods_needed, region_capacity, spread_pods_needed
from model.checks.workloads import WORKLOAD_RULES
from model.workloads import CALL_WORKLOADS
from model.workloads.workload import Calls
from settings.loader import load_stack_file
from settings.loader.stack_file import read_sections, settings_from
from settings.schema.aks import MOST_MEDIA_NODES
from settings.schema.aks_stack import AksStackSettings
from settings.schema.call_costs import CALL_COSTS, SPARE
from tests.unit.stacks import PRODUCTION, PROJECT, edited
from tests.unit.voice_command import run_verbatim
from tools.capacity_page import LIVE, PAGE, page
from tools.capacity_report import report_capacity, with_calls
from tools.rehearsal_adapter import VoiceAdapter

some_calls = st.integers(1, 20_000)
calls_on_a_pod = st.integers(1, 500)
regions = st.integers(1, 6)
zones = st.integers(1, 3)
shares = st.builds(
    lambda calls, regions, zones: Share(calls=calls, regions=regions, zones=zones), some_calls, regions, zones
)
Calculation = Callable[[str, int, Share], PodsNeeded]
calculations: st.SearchStrategy[Calculation] = st.sampled_from([pods_needed, spread_pods_needed])


def run_capacity(*arguments: str) -> tuple[int, str]:
    return run_verbatim("capacity", *arguments)


def without_its_fullest_zone(needed: PodsNeeded, zones: int) -> int:
    """The remaining pods after the fullest zone is lost, computed by distributing the pods one by one."""
    per_zone = [0] * zones
    for pod in range(needed.pods):
        per_zone[pod % zones] += 1
    return needed.pods - max(per_zone)


@given(calculations, calls_on_a_pod, shares, st.integers(0, 5_000))
def test_more_calls_never_need_fewer_pods(calculate: Calculation, calls_per_pod: int, share: Share, more: int) -> None:
    fewer = calculate("", calls_per_pod, share)
    larger = calculate("", calls_per_pod, Share(calls=share.calls + more, regions=share.regions, zones=share.zones))
    assert larger.pods >= fewer.pods
    assert larger.pods_per_zone >= fewer.pods_per_zone


@given(calculations, calls_on_a_pod, shares)
def test_the_calls_of_a_region_fit_with_one_zone_lost(calculate: Calculation, calls_per_pod: int, share: Share) -> None:
    needed = calculate("", calls_per_pod, share)
    if share.zones > 1:
        left = without_its_fullest_zone(needed, share.zones)
        assert needed.carries(left) >= share.calls
        assert needed.left_without_a_zone == left
    else:
        assert needed.left_without_a_zone == needed.pods


@given(calculations, calls_on_a_pod, shares)
def test_the_other_regions_carry_the_calls_of_a_lost_region_and_their_own(
    calculate: Calculation,
    calls_per_pod: int,
    share: Share,
) -> None:
    needed = calculate("", calls_per_pod, share)
    others = share.regions - 1
    assert others * needed.carries(needed.pods) >= (share.regions * share.calls if others else 0)
    assert needed.carries(needed.pods) >= share.calls


@given(calls_on_a_pod, shares)
def test_a_zonal_workload_has_equal_zones_and_no_spare_pod_per_zone(calls_per_pod: int, share: Share) -> None:
    needed = pods_needed("", calls_per_pod, share)
    assert needed.pods == needed.pods_per_zone * share.zones
    fewer = needed.pods_per_zone - 1
    left = max(share.zones - 1, 1)
    assert (
        fewer * left * calls_per_pod < share.calls or fewer * share.zones * calls_per_pod < share.with_a_lost_region
    ), "one node fewer in each zone would be enough"


@given(calls_on_a_pod, shares)
def test_a_spread_workload_has_no_spare_pod(calls_per_pod: int, share: Share) -> None:
    needed = spread_pods_needed("", calls_per_pod, share)
    fewer = needed.pods - 1
    left = fewer - math.ceil(fewer / share.zones) if share.zones > 1 else fewer
    assert left * calls_per_pod < share.calls or fewer * calls_per_pod < share.with_a_lost_region


@given(calls_on_a_pod, regions, zones)
def test_the_maximum_of_calls_fits_the_prefixes_and_more_do_not(calls_per_pod: int, regions: int, zones: int) -> None:
    most = most_calls(calls_per_pod, regions, zones)
    at_most = pods_needed("", calls_per_pod, Share(calls=most, regions=regions, zones=zones))
    beyond = pods_needed("", calls_per_pod, Share(calls=most + 1, regions=regions, zones=zones))
    assert at_most.pods_per_zone <= MOST_MEDIA_NODES < beyond.pods_per_zone


@given(some_calls)
def test_calls_that_need_more_nodes_than_a_prefix_holds_are_refused(calls: int) -> None:
    settings = with_calls(production(), calls)
    too_many = any(
        needed.pods_per_zone > MOST_MEDIA_NODES
        for name, needed in region_capacity(settings).pods.items()
        if name in {known.name for known in CALL_WORKLOADS if known.pool.media}
    )
    paths = {problem.path for problem in WORKLOAD_RULES["pools carry the calls"](settings)}
    assert ("voice:telephony.concurrentCalls" in paths) is too_many
    assert bool(report_capacity("production", settings).refused) is too_many


@given(st.integers(1, 64), st.integers(1, 500), st.integers(2, 40_000), st.integers(1, 2))
def test_a_pod_has_no_more_calls_than_its_cpus_and_ports_carry(
    cpu: int, calls_per_cpu: int, ports: int, legs: int
) -> None:
    section = SimpleNamespace(cpu=cpu, calls_per_cpu=calls_per_cpu)
    carried = Calls(
        legs=legs, legs_with_ports=legs, legs_text="", metric="", section=lambda _: section, rtp_ports=lambda _: ports
    )
    calls, limit = carried.calls_per_pod(load_stack_file(PRODUCTION))
    assert calls <= cpu * calls_per_cpu
    assert calls * legs * 2 <= ports, "RTP and RTCP for each leg"
    assert (calls < cpu * calls_per_cpu) is (limit == "RTP ports")


@pytest.mark.parametrize("workload", CALL_COSTS)
def test_a_full_pod_leaves_a_third_of_its_cpus_free_by_default(workload: str) -> None:
    cost = CALL_COSTS[workload]
    assert cost.calls_per_cpu * cost.cores <= 1 - SPARE < (cost.calls_per_cpu + 1) * cost.cores


def test_the_capacity_page_has_date_and_method_of_each_measured_cost() -> None:
    words = " ".join(PAGE.read_text().split())
    for cost in CALL_COSTS.values():
        assert f"{cost.cores:g}" in words
        assert str(cost.measured) in words
        assert cost.method in words


@pytest.mark.parametrize(("bridge", "shared"), [("livekit", True), ("agentSocket", False)])
def test_freeswitch_has_no_more_calls_than_the_bridge_of_its_node(bridge: str, shared: bool) -> None:
    sections = edited(read_sections(PRODUCTION), "freeswitch", {"bridge": bridge, "cpu": 3})
    capacity = region_capacity(settings_from(sections, PROJECT))
    assert (capacity.calls_per_pod("freeswitch") == capacity.calls_per_pod("livekit-sip")) is shared
    bound = "CPU of livekit-sip" if shared else "CPU"
    assert capacity.pods["freeswitch"].limit == bound


@cache
def production() -> AksStackSettings:
    return load_stack_file(PRODUCTION)


def test_a_stack_with_the_printed_change_carries_the_calls(tmp_path: Path) -> None:
    status, text = run_capacity("--calls", "500", "--stack", "prod")
    assert status == 0
    assert "500 concurrent calls" in text
    written = yaml.safe_load(text[text.index("config:") :])["config"]
    sections = read_sections(PROJECT / "Pulumi.prod.yaml")
    for section, value in written.items():
        for key, item in value.items():
            for path, leaf in leaves({key: item}):
                sections = edited(sections, f"{section.removeprefix('voice:')}.{path}", leaf)
    stack = tmp_path / "Pulumi.prod.yaml"
    stack.write_text(yaml.safe_dump({"config": {f"voice:{name}": value for name, value in sections.items()}}))
    settings = load_stack_file(stack)
    assert settings.telephony.concurrent_calls == 500
    assert written["voice:agent"] == {"maxReplicas": region_capacity(settings).pods["voice-agent"].pods}


def leaves(value: dict[str, object], path: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for key, item in value.items():
        below = f"{path}{key}"
        found.extend(leaves(item, f"{below}.") if isinstance(item, dict) else [(below, item)])
    return found


def test_the_change_omits_sizes_that_are_large_enough() -> None:
    status, text = run_capacity("--calls", "30", "--stack", "prod")
    assert status == 0
    assert yaml.safe_load(text[text.index("config:") :]) == {"config": {"voice:telephony": {"concurrentCalls": 30}}}


def test_the_default_is_the_number_of_calls_in_the_stack_file() -> None:
    _, text = run_capacity("--stack", "prod")
    assert "300 concurrent calls in stack prod, region eastus (3 zones), 3 regions in all" in text
    assert "50 on 6 (89%)" in text, "FreeSWITCH with a zone lost: 300 calls on 6 of 9 pods of 56"
    assert "450" in text, "with half of a lost region's calls"
    assert "13616 for FreeSWITCH (16384-29999)" in text


def test_more_than_seven_nodes_per_zone_are_refused_with_the_remediation() -> None:
    status, text = run_capacity("--calls", "785", "--stack", "prod")
    assert status == 1
    words = " ".join(text.split())
    assert "at most 784 in a region, because pool sip has addresses for 7 nodes in each zone" in words
    assert "Use larger nodes and more CPUs for freeswitch, or distribute the calls over more regions." in words
    assert "config:" not in text


def test_nodes_that_fit_the_prefixes_but_not_the_network_are_refused() -> None:
    status, text = run_capacity("--calls", "784", "--stack", "prod")
    assert status == 1
    assert "`voice:aks.pools` allows, together with all other pools, up to" in " ".join(text.split())


def test_the_report_of_a_further_region_uses_its_own_file() -> None:
    status, text = run_capacity("--calls", "600", "--stack", "prod-westeurope")
    assert status == 0
    assert "region westeurope" in text
    assert "Change in Pulumi.prod-westeurope.yaml" in text


def test_the_capacity_page_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "run `.venv/bin/voice capacity-page`"


def test_the_results_on_live_clusters_belong_to_the_committed_production() -> None:
    """A change of production's sizes makes the committed results out of date."""
    rows = [row for row in yaml.safe_load(LIVE.read_text()) if row["when"] == "all is well"]
    expected = []
    for stack in VoiceAdapter(PROJECT).stacks("prod"):
        result = report_capacity(stack, load_stack_file(PROJECT / f"Pulumi.{stack}.yaml"))
        pods = {row.workload: row.pods for row in result.workloads}
        most = {row.pool: row.allowed * (result.zones if row.by_zone else 1) for row in result.pools}
        expected.append((result.region, result.calls, pods, most))
    found = [
        (
            row["region"],
            row["calls"],
            {name: pods["ready"] for name, pods in row["pods"].items()},
            {name: nodes["most"] for name, nodes in row["nodes"].items()},
        )
        for row in rows
    ]
    assert found == expected, 'run `make test-cluster ARGS="--write-pages -k capacity"`'
