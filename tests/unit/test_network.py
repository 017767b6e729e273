"""The network of a region: subnets, security groups, public addresses, private zones and peerings."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from settings.loader.stack_file import read_sections
from tests.unit.graph import Graph, Registered
from tests.unit.stack_variants import DDOS_PLAN, minimal, non_default, second_region
from tests.unit.stacks import PRODUCTION, PROJECT, address_of, build_stack, edited, graph_of

CARRIER = "203.0.113.0/28"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(PRODUCTION)


def subnets(graph: Graph) -> dict[str, dict[str, Any]]:
    return {
        resource.inputs["subnetName"].removeprefix("snet-"): resource.inputs
        for resource in graph.of_type("azure-native:network:Subnet")
    }


def rules(graph: Graph, purpose: str) -> dict[str, dict[str, Any]]:
    group = graph.one("azure-native:network:NetworkSecurityGroup", f"voice-eastus-network-security-{purpose}")
    return {rule["name"]: rule for rule in group.inputs["securityRules"]}


def sources(rule: dict[str, Any]) -> list[str]:
    return rule.get("sourceAddressPrefixes") or [rule["sourceAddressPrefix"]]


def ranges(rule: dict[str, Any]) -> list[str]:
    return rule.get("destinationPortRanges") or [rule["destinationPortRange"]]


@pytest.mark.requirement("B32", "K6")
def test_a_region_has_one_network_with_its_own_16(graph: Graph) -> None:
    vnet = graph.one("azure-native:network:VirtualNetwork")
    assert vnet.inputs["addressSpace"]["addressPrefixes"] == ["10.10.0.0/16"]
    assert vnet.inputs["virtualNetworkName"] == "vnet-voice-test-eastus"
    assert "subnets" not in vnet.inputs, "inline and separate subnets overwrite each other"


@pytest.mark.requirement("B33")
def test_nodes_database_endpoints_and_gateway_have_subnets(graph: Graph) -> None:
    space = ipaddress.IPv4Network("10.10.0.0/16")
    found = subnets(graph)
    assert {"system", "workload", "livekit", "sip", "postgresql", "private-endpoints", "application-gateway"} <= set(
        found
    )
    assert all(ipaddress.IPv4Network(subnet["addressPrefix"]).subnet_of(space) for subnet in found.values())


def test_the_database_subnet_is_delegated_to_postgresql(graph: Graph) -> None:
    delegated = {name: subnet["delegations"] for name, subnet in subnets(graph).items() if subnet.get("delegations")}
    assert list(delegated) == ["postgresql"]
    assert delegated["postgresql"][0]["serviceName"] == "Microsoft.DBforPostgreSQL/flexibleServers"


@pytest.mark.requirement("B34")
def test_every_subnet_has_a_security_group_whose_last_rule_denies(graph: Graph) -> None:
    groups = {
        group.inputs["networkSecurityGroupName"]: group
        for group in graph.of_type("azure-native:network:NetworkSecurityGroup")
    }
    for name, subnet in subnets(graph).items():
        group = groups[subnet["networkSecurityGroup"]["id"].rsplit("/", 1)[-1]]
        last = group.inputs["securityRules"][-1]
        assert (last["access"], last["protocol"], last["sourceAddressPrefix"]) == ("Deny", "*", "*"), name
        assert last["priority"] == 4096


@pytest.mark.requirement("B34")
def test_priorities_and_names_of_rules_are_unique(graph: Graph) -> None:
    for group in graph.of_type("azure-native:network:NetworkSecurityGroup"):
        listed = group.inputs["securityRules"]
        for key in ("priority", "name"):
            values = [rule[key] for rule in listed]
            assert len(set(values)) == len(values), f"{group.name}: {key}"
        assert all(100 <= rule["priority"] <= 4096 for rule in listed)


@pytest.mark.requirement("B36", "K8")
def test_only_media_nodes_have_public_addresses(graph: Graph) -> None:
    cluster = graph.one("azure-native:containerservice:ManagedCluster")
    assert [pool["enableNodePublicIP"] for pool in cluster.inputs["agentPoolProfiles"]] == [False]
    public = {
        pool.inputs["agentPoolName"]
        for pool in graph.of_type("azure-native:containerservice:AgentPool")
        if pool.inputs["enableNodePublicIP"]
    }
    assert public == {f"{pool}{zone}a" for pool in ("sip", "livekit") for zone in "123"}


@pytest.mark.requirement("B36")
def test_no_subnet_has_azures_default_outbound_access(graph: Graph) -> None:
    assert [name for name, subnet in subnets(graph).items() if subnet["defaultOutboundAccess"]] == []


def test_media_subnets_have_no_nat_gateway(graph: Graph) -> None:
    behind_nat = {name for name, subnet in subnets(graph).items() if "natGateway" in subnet}
    assert behind_nat == {"system", "workload"}, "a NAT gateway changes the source address of RTP"


@pytest.mark.requirement("A21")
def test_only_carriers_can_send_sip_to_the_nodes(graph: Graph) -> None:
    admitting = {
        name: rule
        for name, rule in rules(graph, "sip").items()
        if rule["access"] == "Allow" and {"5060", "5080"} & set(ranges(rule))
    }
    assert set(admitting) == {"carrier-signalling-udp", "carrier-signalling-tcp"}
    for rule in admitting.values():
        assert sources(rule) == [CARRIER]
        assert sorted(ranges(rule)) == ["5060", "5080"]
        (group,) = rule["destinationApplicationSecurityGroups"]
        assert group["id"].endswith("/asg-voice-test-eastus-sip")


@pytest.mark.requirement("A21")
def test_only_carriers_can_send_sip_to_the_edge(graph: Graph) -> None:
    edge = rules(graph, "workload")
    frontend = address_of("pip-voice-test-eastus-sip-edge")
    assert ranges(edge["sip-edge-udp"]) == ["5060"]
    assert ranges(edge["sip-edge-tcp"]) == ["5060", "5061"]
    for name in ("sip-edge-udp", "sip-edge-tcp"):
        assert sources(edge[name]) == [CARRIER]
        assert edge[name]["destinationAddressPrefix"] == frontend


@pytest.mark.requirement("A21")
def test_the_edge_does_not_admit_a_direct_carrier() -> None:
    graph = graph_of(PROJECT / "Pulumi.prod.yaml")
    assert sources(rules(graph, "workload")["sip-edge-udp"]) == ["203.0.113.0/28"]
    assert sources(rules(graph, "sip")["carrier-signalling-udp"]) == ["203.0.113.0/28", "203.0.113.16/28"]


def test_no_rule_admits_sip_without_carriers() -> None:
    graph = minimal()
    assert not any("carrier" in name for name in rules(graph, "sip"))
    assert not any(name.startswith("sip-edge-udp") for name in rules(graph, "workload"))


def test_the_rule_against_the_event_socket_precedes_all_others(graph: Graph) -> None:
    first = min(rules(graph, "sip").values(), key=lambda rule: rule["priority"])
    assert (first["access"], ranges(first)) == ("Deny", ["8021"])


@pytest.mark.requirement("A23")
def test_rules_and_host_ports_use_the_rtp_range_of_the_stack() -> None:
    graph = non_default()
    assert ranges(rules(graph, "sip")["carrier-media-udp"]) == ["20000-25999"]
    for pool in graph.of_type("azure-native:containerservice:AgentPool"):
        if pool.inputs["agentPoolName"].startswith("sip"):
            open_udp = [
                (p["portStart"], p["portEnd"])
                for p in pool.inputs["networkProfile"]["allowedHostPorts"]
                if p["protocol"] == "UDP"
            ]
            assert (20000, 25999) in open_udp


@pytest.mark.requirement("A15", "A16")
def test_clients_reach_ice_mux_and_turn_on_livekit_nodes(graph: Graph) -> None:
    found = rules(graph, "livekit")
    assert ranges(found["clients-tcp"]) == ["7881"]
    assert sorted(ranges(found["clients-udp"])) == ["3478", "7882-7889"]
    assert ranges(found["turn-tls-tcp"]) == ["443"]
    assert found["turn-tls-tcp"]["destinationAddressPrefix"] == address_of("pip-voice-test-eastus-turn")


@pytest.mark.parametrize("pool", ["system", "workload", "livekit", "sip"])
def test_nodes_and_pods_reach_each_other_as_an_overlay_requires(graph: Graph, pool: str) -> None:
    rule = rules(graph, pool)["cluster"]
    own = subnets(graph)[pool]["addressPrefix"]
    assert set(sources(rule)) == {"10.10.0.0/24", "10.10.4.0/22", "10.10.8.0/25", "10.10.8.128/25", "100.64.0.0/16"}
    assert rule["destinationAddressPrefixes"] == [own, "100.64.0.0/16"]
    assert sources(rules(graph, pool)["load-balancer-probes-tcp"]) == ["AzureLoadBalancer"]


def test_azure_can_manage_the_application_gateway(graph: Graph) -> None:
    rule = rules(graph, "application-gateway")["management-tcp"]
    assert (sources(rule), ranges(rule)) == (["GatewayManager"], ["65200-65535"])


@pytest.mark.requirement("A18")
def test_each_media_pool_has_a_prefix_of_16_addresses_in_each_zone(graph: Graph) -> None:
    prefixes = graph.of_type("azure-native:network:PublicIPPrefix")
    places = {(prefix.inputs["publicIpPrefixName"].rsplit("-", 2)[1], *prefix.inputs["zones"]) for prefix in prefixes}
    assert places == {(pool, zone) for pool in ("sip", "livekit") for zone in "123"}
    assert {prefix.inputs["prefixLength"] for prefix in prefixes} == {28}


def test_public_addresses_are_static_and_independent_of_the_cluster(graph: Graph) -> None:
    for address in graph.of_type("azure-native:network:PublicIPAddress"):
        assert address.inputs["publicIPAllocationMethod"] == "Static"
        assert address.inputs["sku"]["name"] == "Standard"
        assert address.inputs["resourceGroupName"] == "rg-voice-test-eastus"


def test_every_private_zone_is_linked_to_the_network(graph: Graph) -> None:
    zones = {zone.inputs["privateZoneName"] for zone in graph.of_type("azure-native:privatedns:PrivateZone")}
    links = {
        link.inputs["privateZoneName"]: link for link in graph.of_type("azure-native:privatedns:VirtualNetworkLink")
    }
    assert zones == set(links), "a zone without a link resolves nowhere"
    assert {
        "privatelink.blob.core.windows.net",
        "privatelink.vaultcore.azure.net",
        "privatelink.azurecr.io",
        "privatelink.redis.azure.net",
        "voice-test-eastus.private.postgres.database.azure.com",
    } == zones
    assert all(link.inputs["virtualNetwork"]["id"].endswith("/vnet-voice-test-eastus") for link in links.values())


def test_a_later_region_peers_with_each_earlier_one_in_both_directions() -> None:
    graph = second_region()
    peerings = {
        (
            p.inputs["resourceGroupName"],
            p.inputs["virtualNetworkName"],
            p.inputs["remoteVirtualNetwork"]["id"].rsplit("/", 1)[-1],
        )
        for p in graph.of_type("azure-native:network:VirtualNetworkPeering")
    }
    assert peerings == {
        ("rg-voice-prod-westeurope", "vnet-voice-prod-westeurope", "vnet-voice-prod-eastus"),
        ("rg-voice-prod-eastus", "vnet-voice-prod-eastus", "vnet-voice-prod-westeurope"),
    }


def test_the_first_region_has_no_peerings(graph: Graph) -> None:
    assert graph.of_type("azure-native:network:VirtualNetworkPeering") == []


def protected_addresses(graph: Graph) -> dict[str, Registered]:
    return {
        address.name.removeprefix("voice-eastus-network-address-"): address
        for address in graph.of_type("azure-native:network:PublicIPAddress")
    }


def test_ddos_protection_applies_only_to_addresses_for_inbound_traffic() -> None:
    graph = build_stack(edited(read_sections(PRODUCTION), "network.ddosProtection", "publicAddresses"))
    guarded = {name for name, address in protected_addresses(graph).items() if address.inputs.get("ddosSettings")}
    assert guarded == {"sip-edge", "turn", "gateway"}, "NAT gateways accept no protected address"


def test_ddos_protection_by_plan_names_the_plan() -> None:
    vnet = minimal().one("azure-native:network:VirtualNetwork")
    assert vnet.inputs["enableDdosProtection"] is True
    assert vnet.inputs["ddosProtectionPlan"] == {"id": DDOS_PLAN}


def test_a_private_api_server_has_a_zone_and_a_subnet_for_runners() -> None:
    graph = non_default()
    zones = {zone.inputs["privateZoneName"] for zone in graph.of_type("azure-native:privatedns:PrivateZone")}
    assert "privatelink.eastus.azmk8s.io" in zones
    assert "runners" in subnets(graph)
    assert "natGateway" in subnets(graph)["runners"]
