"""Public DNS: the zone of the environment, a zone for each region, and the identities that can write to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from components.region_dns import priority
from model.address_plan import address_plan
from model.roles import Role
from settings.schema.azure import REGION_NUMBERS
from tests.unit.graph import Graph, Registered
from tests.unit.stack_variants import minimal, non_default, second_region
from tests.unit.stacks import PROJECT, graph_of, name_servers_of

PROD = PROJECT / "Pulumi.prod.yaml"
ZONE, EAST = "voice.example.com", "eastus.voice.example.com"
RECORDS = "azure-native:dns:RecordSet"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(PROD)


@pytest.fixture(scope="module")
def secondary() -> Graph:
    return second_region()


@pytest.fixture(scope="module")
def internal() -> Graph:
    return non_default()


def records(graph: Graph, zone: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The record sets of a zone: `{("api", "A"): inputs}`."""
    return {
        (record.inputs["relativeRecordSetName"], record.inputs["recordType"]): record.inputs
        for record in graph.of_type(RECORDS)
        if record.inputs["zoneName"] == zone
    }


def profile(graph: Graph, short: str) -> Registered:
    """A profile of Traffic Manager: `web` or `sip`."""
    return graph.one("azure-native:trafficmanager:Profile", f"voice-global-traffic-{short}")


def endpoints(graph: Graph) -> dict[str, Registered]:
    """The endpoints of the stack's region, by the name of their profile in the program."""
    return {
        endpoint.name.rsplit("-", 1)[-1]: endpoint for endpoint in graph.of_type("azure-native:trafficmanager:Endpoint")
    }


def dns_roles(graph: Graph) -> set[tuple[str, str]]:
    """Identities that can write records, each with its zone: `("cert-manager", "voice.example.com")`."""
    return {
        (role.name.split("-role-")[1].rsplit("-", 1)[0], role.inputs["scope"].rsplit("/", 1)[-1])
        for role in graph.of_type("azure-native:authorization:RoleAssignment")
        if role.inputs["roleDefinitionId"].endswith(Role.DNS_ZONE_CONTRIBUTOR.value)
    }


def test_names_of_the_environment_point_to_traffic_manager(graph: Graph) -> None:
    found = records(graph, ZONE)
    for short, names in (("web", ("api", "livekit", "*")), ("sip", ("sip",))):
        label = profile(graph, short).value("dnsConfig.relativeName")
        for name in names:
            assert found[name, "CNAME"]["cnameRecord"] == {"cname": f"{label}.trafficmanager.net"}
    assert set(found) == {
        ("sip", "CNAME"),
        ("api", "CNAME"),
        ("livekit", "CNAME"),
        ("*", "CNAME"),
        ("@", "CAA"),
        ("eastus", "NS"),
    }, "the last record delegates the zone of the region"


def test_the_zone_of_the_environment_has_the_configured_name_and_is_protected(graph: Graph) -> None:
    zones = {zone.value("zoneName"): zone for zone in graph.of_type("azure-native:dns:Zone")}
    assert set(zones) == {ZONE, EAST}
    assert zones[ZONE].value("resourceGroupName") == "rg-voice-prod-global"
    assert zones[EAST].value("resourceGroupName") == "rg-voice-prod-eastus"
    assert zones[ZONE].protect, "a replaced zone would have other name servers"
    assert not zones[EAST].protect, "a region delegates its own zone"


def test_services_of_a_region_have_names_in_its_own_zone(graph: Graph) -> None:
    found = records(graph, EAST)
    addresses = {name: found[name, "A"]["targetResource"]["id"] for name in ("api", "livekit", "turn", "sip")}
    assert {name: id.rsplit("/", 1)[-1] for name, id in addresses.items()} == {
        "api": "pip-voice-prod-eastus-gateway",
        "livekit": "pip-voice-prod-eastus-gateway",
        "turn": "pip-voice-prod-eastus-turn",
        "sip": "pip-voice-prod-eastus-sip-edge",
    }


def test_records_contain_no_addresses_that_azure_assigns(graph: Graph) -> None:
    for record in graph.of_type(RECORDS):
        assert "aRecords" not in record.inputs, "a record with an address that Azure assigns is unknown in a plan"


@pytest.mark.requirement("B1")
def test_a_sip_domain_has_srv_and_naptr_records(graph: Graph) -> None:
    found = records(graph, EAST)
    services = {name: record["srvRecords"] for (name, kind), record in found.items() if kind == "SRV"}
    assert {name: [item["port"] for item in items] for name, items in services.items()} == {
        "_sip._udp": [5060],
        "_sip._tcp": [5060],
    }
    assert {item["target"] for items in services.values() for item in items} == {f"sip.{EAST}"}
    naptr = sorted(found["@", "NAPTR"]["naptrRecords"], key=lambda record: record["order"])
    assert [(record["services"], record["replacement"]) for record in naptr] == [
        ("SIP+D2T", f"_sip._tcp.{EAST}"),
        ("SIP+D2U", f"_sip._udp.{EAST}"),
    ]
    assert {(record["flags"], record["regexp"]) for record in naptr} == {("S", "")}


def test_only_the_configured_authorities_can_issue_certificates(graph: Graph) -> None:
    for zone in (ZONE, EAST):
        assert records(graph, zone)["@", "CAA"]["caaRecords"] == [
            {"flags": 0, "tag": "issue", "value": "letsencrypt.org"}
        ]


def test_a_region_delegates_its_zone_in_the_zone_of_the_environment(graph: Graph, secondary: Graph) -> None:
    for found, region in ((graph, "eastus"), (secondary, "westeurope")):
        delegation = records(found, ZONE)[region, "NS"]
        servers = [record["nsdname"] for record in delegation["nsRecords"]]
        assert servers == name_servers_of(f"{region}.{ZONE}")
        assert delegation["resourceGroupName"] == "rg-voice-prod-global"


def test_a_region_without_the_global_part_adds_only_its_endpoints_and_delegation(secondary: Graph) -> None:
    assert set(records(secondary, ZONE)) == {("westeurope", "NS")}
    assert [zone.value("zoneName") for zone in secondary.of_type("azure-native:dns:Zone")] == [f"westeurope.{ZONE}"]
    assert secondary.of_type("azure-native:trafficmanager:Profile") == []
    found = endpoints(secondary)
    assert {short: endpoint.value("target") for short, endpoint in found.items()} == {
        "web": f"api.westeurope.{ZONE}",
        "sip": f"sip.westeurope.{ZONE}",
    }
    assert {endpoint.value("endpointLocation") for endpoint in found.values()} == {"westeurope"}
    assert "dnsNameServers" not in secondary.exports


def test_probes_use_the_health_path_of_the_gateway(graph: Graph) -> None:
    monitor = profile(graph, "web").value("monitorConfig")
    assert (monitor["protocol"], monitor["port"], monitor["path"]) == ("HTTPS", 443, "/healthz")
    endpoint = endpoints(graph)["web"]
    assert endpoint.value("target") == f"api.{EAST}"
    assert endpoint.value("profileName") == profile(graph, "web").value("profileName")
    assert endpoint.value("endpointType") == "externalEndpoints"


@pytest.mark.parametrize(("stack", "method"), [(non_default, "Performance"), (minimal, "Priority")])
def test_the_routing_method_is_a_setting(stack: Callable[[], Graph], method: str) -> None:
    graph = stack()
    assert {profile(graph, short).value("trafficRoutingMethod") for short in ("web", "sip")} == {method}


def test_regions_have_distinct_priorities_in_the_order_of_the_list() -> None:
    places = [(position, number) for position in range(len(REGION_NUMBERS)) for number in REGION_NUMBERS]
    found = [priority(*place) for place in places]
    assert len(set(found)) == len(places), "priorities must differ for every order of deployment"
    assert sorted(places, key=lambda place: priority(*place)) == places
    assert (min(found), max(found)) == (1, 599)


def test_an_internal_gateway_has_private_addresses_and_no_endpoint(graph: Graph, internal: Graph) -> None:
    before, after = records(graph, EAST), records(internal, EAST)
    private = [{"ipv4Address": address_plan(1).gateway_address}]
    for name in ("api", "livekit"):
        assert after[name, "A"]["aRecords"] == private
        assert "targetResource" not in after[name, "A"]
    same = set(before) - {("api", "A"), ("livekit", "A")}
    assert {key: after[key] for key in same} == {key: before[key] for key in same}
    assert set(endpoints(internal)) == {"sip"}, "the endpoint for SIP does not depend on the Gateway"


def test_controllers_can_write_only_to_their_zones(graph: Graph) -> None:
    assert dns_roles(graph) == {("cert-manager", ZONE), ("cert-manager", EAST), ("external-dns", EAST)}


def test_only_external_dns_can_list_the_zones_of_its_region(graph: Graph) -> None:
    listers = {
        (role.name.split("-role-")[1], role.inputs["scope"].rsplit("/", 1)[-1])
        for role in graph.of_type("azure-native:authorization:RoleAssignment")
        if role.inputs["roleDefinitionId"].endswith(Role.READER.value) and "-dns-" in role.name
    }
    assert listers == {("external-dns-list", "rg-voice-prod-eastus")}


def test_no_identity_can_write_records_without_need() -> None:
    assert dns_roles(non_default()) == set()


def test_controllers_start_after_they_can_write(graph: Graph) -> None:
    roles = {
        role.urn
        for role in graph.of_type("azure-native:authorization:RoleAssignment")
        if role.inputs["roleDefinitionId"].endswith(Role.DNS_ZONE_CONTRIBUTOR.value)
    }
    found = controllers(graph)
    assert roles
    assert len(found) == 2
    for release in found:
        waited_for = {urn for item in [release, *graph.ancestors(release.urn)] for urn in item.dependencies}
        assert roles <= waited_for, f"{release.name} can start without write access"


def controllers(graph: Graph) -> list[Registered]:
    names = ("cert-manager", "external-dns")
    return [
        release
        for release in graph.of_type("kubernetes:helm.sh/v3:Release")
        if release.inputs.get("name") in names or release.inputs.get("chart") in names
    ]


def test_records_of_traffic_manager_are_deleted_before_its_profiles(graph: Graph) -> None:
    profiles = {item.urn for item in graph.of_type("azure-native:trafficmanager:Profile")}
    for record in graph.of_type(RECORDS):
        if record.inputs["recordType"] == "CNAME":
            assert profiles <= set(record.dependencies), "anyone could register the deleted target of a name"


def test_the_outputs_have_the_delegation_and_all_names(graph: Graph) -> None:
    servers = name_servers_of(ZONE)
    assert graph.exports["dnsNameServers"] == servers
    delegation = graph.exports["dnsDelegation"]
    assert "in the zone example.com" in delegation["where"]
    assert delegation["records"] == [f"{ZONE}. 300 IN NS {server}" for server in servers]
    assert graph.exports["hosts"] == {
        "environment": {"api": f"api.{ZONE}", "livekit": f"livekit.{ZONE}", "sip": f"sip.{ZONE}"},
        "region": {name: f"{name}.{EAST}" for name in ("api", "livekit", "turn", "sip")},
        "sipDomain": EAST,
    }
