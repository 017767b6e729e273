"""The outputs for carriers and clients, and the names and probes that lead them to a healthy region."""

from __future__ import annotations

from typing import Any

import pytest

from model.address_plan import address_plan
from settings.loader.stack_file import read_sections
from tests.charts.deployed import named, pod
from tests.unit.graph import Graph
from tests.unit.stacks import PROJECT, address_of, build_stack, edited, graph_of

PROD = PROJECT / "Pulumi.prod.yaml"
EAST = "eastus.voice.example.com"
EDGE = address_of("pip-voice-prod-eastus-sip-edge")
PROFILE, ENDPOINT = "azure-native:trafficmanager:Profile", "azure-native:trafficmanager:Endpoint"


def prefixes(pool: str) -> list[str]:
    return [address_of(f"ippre-voice-prod-eastus-{pool}-{zone}") + "/28" for zone in "123"]


@pytest.fixture(scope="module")
def graph() -> Graph:
    """One carrier uses the SIP edge, another the nodes."""
    return graph_of(PROD)


@pytest.fixture(scope="module")
def registered() -> Graph:
    """A carrier that requires registrations and accepts calls, with an internal Gateway, without TURN over TLS."""
    carrier = {
        "name": "registrar",
        "signallingCidrs": ["203.0.113.32/28"],
        "mode": "register",
        "credentials": "registrarLogin",
        "registrar": {"host": "sip.registrar.example", "transport": "tcp"},
        "outbound": {"host": "sip.registrar.example", "prefixes": ["+49"], "caller": "+4930123456"},
    }
    sections = edited(read_sections(PROD), "telephony.carriers", [carrier])
    sections = edited(sections, "secrets", {"registrarLogin": "user:password"})
    sections = edited(sections, "gateway", {"exposure": "internal"})
    return build_stack(edited(sections, "livekit", {"turnTls": False}))


@pytest.fixture(scope="module")
def direct() -> Graph:
    """Another region, whose only carrier calls the nodes."""
    carrier = {"name": "direct", "ingress": "direct", "signallingCidrs": ["203.0.113.32/28"]}
    sections = {**read_sections(PROD), "region": "westeurope", "global": None}
    return build_stack(edited(sections, "telephony.carriers", [carrier]))


def carrier(graph: Graph, name: str) -> dict[str, Any]:
    return graph.exports["carriers"][name]


@pytest.mark.requirement("B1")
def test_dns_sends_calls_to_a_region_while_its_sip_edge_is_ready(graph: Graph) -> None:
    profile = graph.one(PROFILE, "voice-global-traffic-sip")
    (container, *_) = pod("prod", "sip-edge")["containers"]
    ready = container["readinessProbe"]["httpGet"]
    number = {port["name"]: port["containerPort"] for port in container["ports"]}[ready["port"]]
    assert (profile.value("monitorConfig.protocol"), number) == ("HTTP", 8090)
    assert (profile.value("monitorConfig.port"), profile.value("monitorConfig.path")) == (number, ready["path"])
    endpoint = graph.one(ENDPOINT, "voice-eastus-dns-endpoint-sip")
    assert endpoint.value("profileName") == profile.value("profileName")
    target = endpoint.value("target")
    (record,) = [
        item
        for item in graph.of_type("azure-native:dns:RecordSet")
        if f"{item.value('relativeRecordSetName')}.{item.value('zoneName')}" == target
        and item.value("recordType") == "A"
    ]
    address = record.value("targetResource.id").rsplit("/", 1)[-1]
    service = named("prod", "sip-edge", "Service")
    assert service["metadata"]["annotations"]["service.beta.kubernetes.io/azure-pip-name"] == address
    assert number in {port["port"] for port in service["spec"]["ports"]}


@pytest.mark.requirement("B1")
def test_only_traffic_manager_can_probe_the_edge_from_outside(graph: Graph) -> None:
    rules = graph.one("azure-native:network:NetworkSecurityGroup", "voice-eastus-network-security-workload")
    probes = [
        (rule["sourceAddressPrefix"], rule["destinationAddressPrefix"])
        for rule in rules.inputs["securityRules"]
        if rule.get("destinationPortRange") == "8090"
    ]
    assert sorted(probes) == [("AzureLoadBalancer", "*"), ("AzureTrafficManager", EDGE)]


@pytest.mark.requirement("B1")
def test_a_region_without_a_carrier_at_its_edge_has_no_sip_endpoint(direct: Graph) -> None:
    assert [item.value("target") for item in direct.of_type(ENDPOINT)] == ["api.westeurope.voice.example.com"]
    assert "sip" not in direct.exports["hosts"]["environment"]


@pytest.mark.requirement("B1")
def test_the_output_for_a_carrier_at_the_edge_has_name_address_and_ports(graph: Graph) -> None:
    instructions = carrier(graph, "example-carrier")
    assert instructions["sendCallsTo"] == {
        "domain": EAST,
        "host": f"sip.{EAST}",
        "bestRegion": "sip.voice.example.com",
        "address": EDGE,
        "ports": ["5060/udp", "5060/tcp"],
    }
    assert instructions["allow"]["signalling"] == [EDGE, *prefixes("sip")], "the BYE of a call comes from its node"
    assert instructions["allow"]["media"] == prefixes("sip")
    assert instructions["allow"]["mediaPorts"] == "16384-29999/udp"
    assert set(instructions) == {"sendCallsTo", "allow"}, "the carrier neither accepts calls nor requires registrations"


@pytest.mark.requirement("B1")
def test_the_output_for_a_direct_carrier_has_the_addresses_of_the_nodes(graph: Graph) -> None:
    instructions = carrier(graph, "second-carrier")
    assert instructions["sendCallsTo"] == {"addresses": prefixes("sip"), "ports": ["5060/udp", "5060/tcp"]}
    assert instructions["allow"]["signalling"] == prefixes("sip")


def test_the_output_for_a_registering_carrier_has_the_source_addresses(registered: Graph) -> None:
    instructions = carrier(registered, "registrar")
    assert instructions["registration"] == {
        "at": "sip:sip.registrar.example:5060;transport=tcp",
        "comesFrom": registered.exports["outboundAddresses"],
        "contact": f"sip.{EAST}:5060",
    }
    assert registered.exports["outboundAddresses"], "the edge's outbound traffic uses the NAT gateway"
    assert instructions["sendCallsTo"]["address"] == EDGE
    assert instructions["callsComeFrom"] == {"addresses": prefixes("sip"), "ports": ["5080/udp", "5080/tcp"]}


def test_the_output_for_carriers_equals_the_rules_of_the_security_group(graph: Graph) -> None:
    group = graph.one("azure-native:network:NetworkSecurityGroup", "voice-eastus-network-security-workload")
    rules = {rule["name"]: rule for rule in group.inputs["securityRules"]}
    assert (
        rules["sip-edge-udp"]["destinationAddressPrefix"] == carrier(graph, "example-carrier")["sendCallsTo"]["address"]
    )
    assert rules["sip-edge-udp"]["destinationPortRange"] == "5060"
    assert rules["sip-edge-tcp"]["destinationPortRanges"] == ["5060", "5061"]


def test_the_output_for_clients_has_first_contact_rooms_and_media(graph: Graph) -> None:
    assert graph.exports["clients"] == {
        "reachable": "from the internet",
        "firstContact": "wss://livekit.voice.example.com",
        "signalling": f"wss://livekit.{EAST}",
        "turn": {"host": f"turn.{EAST}", "url": f"turns:turn.{EAST}:443?transport=tcp"},
        "media": {"addresses": prefixes("livekit"), "ports": ["7881/tcp", "7882-7889/udp", "3478/udp"]},
    }
    assert graph.exports["gatewayAddress"] == address_of("pip-voice-prod-eastus-gateway")


def test_the_output_of_an_internal_gateway_has_only_its_private_address(registered: Graph) -> None:
    assert registered.exports["gatewayAddress"] == address_plan(1).gateway_address
    clients = registered.exports["clients"]
    assert clients["reachable"] == "inside the network"
    assert "firstContact" not in clients, "the names of the environment do not resolve to this region"
    assert "turn" not in clients
