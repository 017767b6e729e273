"""Carriers' addresses as carriers publish them: single addresses, and ranges within each other.

The cases come from the field: Azure refuses security rules with overlapping prefixes
(`OverlappingSubnetsNotPermittedInSecurityRule`, cloud-provider-azure #6775), and FreeSWITCH denies the calls of an
address without a prefix length (`switch_parse_cidr`).
"""

from __future__ import annotations

from typing import Any

import pytest

from components.voice_workloads.voice_workloads import workload_values
from settings.loader.stack_file import read_sections, settings_from
from settings.schema.aks_stack import AksStackSettings
from tests.charts.rendering import rendered
from tests.unit.graph import Graph
from tests.unit.stacks import PROJECT, build_stack, edited
from tests.unit.test_address_ranges import rules_with_overlaps

STAGING = PROJECT / "Pulumi.staging.yaml"
WEST = PROJECT / "Pulumi.prod-westeurope.yaml"
PUBLISHED = "168.86.128.0/18"
ADDRESS = "192.76.120.10"


def stack_with(path: Any, carriers: list[dict[str, Any]]) -> dict[str, Any]:
    return edited(read_sections(path), "telephony.carriers", carriers)


def sources(graph: Graph, group: str, rule: str) -> list[str]:
    (found,) = [
        item
        for security in graph.of_type("azure-native:network:NetworkSecurityGroup")
        if security.name.endswith(f"security-{group}")
        for item in security.value("securityRules")
        if item["name"] == rule
    ]
    return found.get("sourceAddressPrefixes") or [found["sourceAddressPrefix"]]


@pytest.mark.parametrize("path", [STAGING, WEST], ids=["staging", "another region"])
def test_published_media_addresses_and_any_become_any(path: Any) -> None:
    carriers = [
        {"name": "publishes", "signallingCidrs": ["203.0.113.0/28"], "mediaCidrs": [PUBLISHED]},
        {"name": "default", "signallingCidrs": ["203.0.113.16/28"]},
    ]
    graph = build_stack(stack_with(path, carriers))
    assert sources(graph, "sip", "carrier-media-udp") == ["0.0.0.0/0"]
    assert rules_with_overlaps(graph) == []


def test_signaling_addresses_within_each_other_become_the_larger_range_at_the_edge_and_at_the_nodes() -> None:
    carriers = [
        {"name": "one", "signallingCidrs": ["203.0.113.0/24", "203.0.113.7"]},
        {"name": "two", "signallingCidrs": ["203.0.113.0/28"]},
    ]
    graph = build_stack(stack_with(STAGING, carriers))
    assert sources(graph, "workload", "sip-edge-udp") == ["203.0.113.0/24"]
    assert sources(graph, "sip", "carrier-signalling-udp") == ["203.0.113.0/24"]


@pytest.mark.parametrize("ingress", ["direct", "edge"])
def test_a_published_address_is_a_range_of_one_in_rules_and_rendered_configuration(ingress: str) -> None:
    stack = stack_with(STAGING, [{"name": "direct", "signallingCidrs": [ADDRESS], "ingress": ingress}])
    assert sources(build_stack(stack), "sip", "carrier-signalling-udp") == [f"{ADDRESS}/32"]
    settings = settings_from(stack, PROJECT)
    assert isinstance(settings, AksStackSettings)
    # Kamailio's list has the length in a column of its own.
    chart, expected = ("freeswitch", f"{ADDRESS}/32") if ingress == "direct" else ("sip-edge", f"{ADDRESS} 32 ")
    text = str(rendered(chart, workload_values(settings, "https://prometheus.example")[chart]))
    assert expected in text
    assert text.count(ADDRESS) == text.count(expected)


def test_a_single_address_of_a_deployer_is_a_range_of_one_at_the_api_server() -> None:
    sections = edited(read_sections(STAGING), "deployer.egressCidrs", [ADDRESS, f"{ADDRESS[:-2]}0/28"])
    cluster = build_stack(sections).one("azure-native:containerservice:ManagedCluster")
    ranges = cluster.value("apiServerAccessProfile.authorizedIPRanges")
    assert f"{ADDRESS[:-2]}0/28" in ranges
    assert ADDRESS not in ranges, "without a prefix length"
    assert f"{ADDRESS}/32" not in ranges, "the range contains it"
