"""The architecture diagram."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from azure_rehearsal.reports.architecture import architecture_of
from azure_rehearsal.reports.boxes import Box
from azure_rehearsal.reports.diagram import draw, layout
from azure_rehearsal.reports.drawn_types import AUXILIARY, PLACED
from azure_rehearsal.reports.inbound import inbound_rules, ports_text
from simulator_tests.reports.azure_types import AZURE_TYPES
from simulator_tests.reports.legibility import assert_legible, texts
from simulator_tests.reports.recordings import GROUP, entry
from simulator_tests.reports.sample_platform import ADDRESS, DENY_ALL, PARTNER, rule, small_platform


def box_with(title: str, recording: list[dict[str, Any]]) -> Box:
    environment, sources, addresses = layout(architecture_of(recording))
    found = [*environment.all(), *sources, *addresses]
    return next(box for box in found if box.title == title)


def inside(box: Box) -> list[str]:
    texts = [text for inner in box.all() for text in [inner.title, *inner.lines] if text]
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in texts]


def test_a_pool_is_in_its_subnet_with_its_size_nodes_and_zone() -> None:
    lines = inside(box_with("media  10.10.8.0/25", small_platform()))
    assert {"media-pool", "Standard_D8s_v5", "1\N{EN DASH}3 nodes, zone 1", "one public address per node"} <= set(lines)
    lines = inside(box_with("work  10.10.4.0/22", small_platform()))
    assert {"system", "Standard_D4s_v5", "2 nodes", "outbound: ng"} <= set(lines)


def test_the_boxes_are_nested_from_the_environment_to_the_pools() -> None:
    chain = [
        "Environment test, stack test",
        "Region eastus",
        "Virtual network vnet-shop-test  10.10.0.0/16",
        "AKS aks",
        "media  10.10.8.0/25",
        "media-pool",
    ]
    for outer, inner in itertools.pairwise(chain):
        assert inner in inside(box_with(outer, small_platform()))


def test_a_database_is_in_its_subnet_and_a_service_without_one_in_its_component() -> None:
    recording = small_platform()
    assert "database-server" in inside(box_with("database  10.10.12.0/26", recording))
    lines = inside(box_with("data", recording))
    assert {"cache", "redisenterprise:RedisEnterprise", "Balanced_B3"} <= set(lines)
    assert "database-server" not in lines


def test_an_address_has_its_ports_and_is_next_to_its_target() -> None:
    recording = small_platform()
    edge, work = box_with("edge", recording), box_with("work  10.10.4.0/22", recording)
    assert inside(edge) == ["edge", ADDRESS, "5060 udp+tcp, 5061 tcp"]
    assert work.y <= edge.y
    assert edge.bottom <= work.bottom
    assert edge.right < work.x
    prefix, media = box_with("media-prefix", recording), box_with("media  10.10.8.0/25", recording)
    assert inside(prefix) == ["media-prefix", "198.51.100.32/28", "16384-29999 udp"]
    assert media.y <= prefix.y <= media.bottom


def test_an_outbound_and_an_unused_address_are_marked() -> None:
    recording = small_platform()
    assert inside(box_with("nat", recording))[-1] == "outbound"
    assert inside(box_with("spare", recording)) == ["spare", "198.51.100.8"]
    assert "addresses without a known use" in texts(recording)


def test_sources_have_the_names_of_their_rules() -> None:
    recording = small_platform()
    assert inside(box_with("Internet, any address", recording)) == ["Internet, any address", "media"]
    assert inside(box_with(PARTNER, recording)) == [PARTNER, "edge"]


def test_every_inbound_and_outbound_connection_has_an_arrow() -> None:
    heads = draw(small_platform()).count('Z" fill=')
    assert heads == 2 + 3  # two sources; two addresses with targets, one outbound NAT address


def test_a_subnet_shows_internal_traffic_and_a_missing_security_group() -> None:
    recording = small_platform()
    assert "internal: 5090 udp" in inside(box_with("media  10.10.8.0/25", recording))
    assert "load balancer probes: 8090 tcp" in inside(box_with("work  10.10.4.0/22", recording))
    assert "no security group" in inside(box_with("database  10.10.12.0/26", recording))
    closed = entry("nsg", "network:NetworkSecurityGroup", {"resourceGroupName": GROUP, "securityRules": [DENY_ALL]})
    closed["outputs"]["name"] = "nsg-database"
    assert "no inbound traffic" in inside(box_with("database  10.10.12.0/26", [*recording, closed]))


def test_resources_that_are_not_drawn_are_counted() -> None:
    assert "Not drawn: 1 RoleAssignment, 2 NetworkSecurityGroup" in texts(small_platform())


def test_a_second_region_and_a_group_without_a_network_have_their_own_boxes() -> None:
    second = [_moved(item) for item in small_platform()]
    shared = {"resourceGroupName": "rg-global", "location": "eastus"}
    group = entry("global", "resources:ResourceGroup", shared, stack="second")
    registry = entry("registry", "containerregistry:Registry", {**shared, "sku": {"name": "Premium"}}, stack="second")
    recording = [*small_platform(), *second, group, registry]
    regions = [box for box in layout(architecture_of(recording))[0].all() if box.style == "region"]
    assert [region.lines for region in regions] == [[f"resource group {GROUP}"], ["resource group rg-second"]]
    assert {"registry", "Premium"} <= set(inside(box_with("Resource group rg-global", recording)))


def _moved(item: dict[str, Any]) -> dict[str, Any]:
    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: renamed(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [renamed(inner) for inner in value]
        return value.replace(":test::", ":second::").replace(GROUP, "rg-second") if isinstance(value, str) else value

    return renamed(item)


def test_the_diagram_does_not_depend_on_the_order_of_the_recording() -> None:
    recording = small_platform()
    shuffled = random.Random(7).sample(recording, len(recording))
    assert draw(shuffled) == draw(recording)


def test_names_are_escaped() -> None:
    recording = small_platform()
    server = next(item for item in recording if item["name"] == "cache")
    server["outputs"]["name"] = '</text><script>alert("x")</script>'
    assert '</text><script>alert("x")</script>' in texts(recording)
    assert "<script>" not in draw(recording)


def test_other_properties_are_not_in_the_diagram() -> None:
    recording = small_platform(nodeLabels={"token": "hunter2"}, kubeletConfig={"secret": "hunter2"})
    for item in recording:
        item["inputs"].setdefault("description", "hunter2")
        item["outputs"].setdefault("primaryKey", "hunter2")
    assert "hunter2" not in draw(recording)


def test_a_plan_can_be_drawn_before_addresses_and_ids_are_known() -> None:
    recording = small_platform()
    pool = next(item for item in recording if item["name"] == "media-pool")
    pool["inputs"] |= {"nodePublicIPPrefixID": "[unknown]", "vnetSubnetID": "[unknown]"}
    for item in recording:
        item["outputs"] = {}
    assert "no address yet" in texts(recording)
    assert {"in an unknown subnet", "media-pool"} <= set(inside(box_with("AKS aks", recording)))


def test_an_empty_recording_gives_an_empty_diagram() -> None:
    assert texts([]) == ["Stack"]


def test_addresses_and_zones_of_a_group_without_a_network_are_drawn_too() -> None:
    there = {"resourceGroupName": "rg-global"}
    group = entry("global", "resources:ResourceGroup", {**there, "location": "eastus"})
    zone = entry("zone", "privatedns:PrivateZone", there, outputs={"name": "a.example"})
    address = entry("address", "network:PublicIPAddress", there, outputs={"name": "pip-shared"})
    assert {"a.example", "pip-shared"} <= set(inside(box_with("Resource group rg-global", [group, zone, address])))


def test_a_second_cluster_in_a_region_is_drawn() -> None:
    second = entry("second", "containerservice:ManagedCluster", {"resourceGroupName": GROUP}, outputs={"name": "bks"})
    assert "bks" in inside(box_with("Region eastus", [*small_platform(), second]))


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        ([rule("a", ["5060"], "*"), rule("b", ["5060", "80"], "*", protocol="Tcp")], "80 tcp, 5060 udp+tcp"),
        ([rule("a", ["*"], "*", protocol="*")], "any port"),
        ([rule("a", ["443"], "*", protocol="*"), rule("b", ["20-30"], "*")], "20-30 udp, 443"),
    ],
)
def test_ports_have_short_texts(rules: list[dict[str, Any]], text: str) -> None:
    assert ports_text(inbound_rules({"securityRules": rules})).replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("0.0.0.0/0", "anywhere"),
        ("Internet", "anywhere"),
        ("10.1.2.0/24", "inside"),
        ("100.64.0.0/16", "inside"),
        ("VirtualNetwork", "inside"),
        ("AzureLoadBalancer", "probes"),
        ("AzureTrafficManager", "AzureTrafficManager"),
        ("203.0.113.0/28", "203.0.113.0/28"),
    ],
)
def test_a_source_is_external_unless_it_is_in_a_private_network(source: str, expected: str) -> None:
    (found,) = inbound_rules({"securityRules": [rule("a", ["1"], source)]})
    assert found.sources == (expected,)


def test_the_small_platform_is_legible() -> None:
    assert_legible(architecture_of(small_platform()))


def test_many_addresses_next_to_one_subnet_do_not_overlap() -> None:
    recording = small_platform()
    group = next(item for item in recording if item["name"] == "nsg-work")
    for index in range(6):
        address = f"192.0.2.{index}"
        group["inputs"]["securityRules"].append(
            rule(f"r{index}", ["443"], "Internet", destinationAddressPrefix=address)
        )
        there, outputs = {"resourceGroupName": GROUP}, {"name": f"pip-{index}", "ipAddress": address}
        recording.append(entry(f"address {index}", "network:PublicIPAddress", there, outputs=outputs))
    assert_legible(architecture_of(recording))
    work = box_with("work  10.10.4.0/22", recording)
    assert all(work.y <= box_with(f"pip-{index}", recording).middle <= work.bottom for index in range(6))


def test_every_drawn_or_counted_type_exists() -> None:
    assert PLACED | AUXILIARY <= AZURE_TYPES
    assert not PLACED & AUXILIARY
