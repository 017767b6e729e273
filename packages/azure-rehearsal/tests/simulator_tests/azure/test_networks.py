"""Network resources that Azure accepts: outputs, inline children, peerings, addresses."""

from __future__ import annotations

import ipaddress
from typing import Any

from azure_rehearsal.azure.core import addresses
from azure_rehearsal.azure.core.addresses import PUBLIC_RANGE
from simulator_tests.azure.harness import GROUP, NETWORK, AzureHarness, Deployed, refused
from simulator_tests.azure.identity_setup import link, zone
from simulator_tests.azure.network_setup import (
    application_group,
    gateway,
    peered,
    peering,
    route_table,
    security_group,
    two_networks,
)


def live(azure: AzureHarness, made: Deployed) -> dict[str, Any]:
    read = azure.read(made)
    assert read is not None
    return read[1]


def test_a_network_update_without_subnets_keeps_them(azure: AzureHarness) -> None:
    azure.group()
    made = azure.network()
    subnet = azure.subnet()

    changed = azure.change(made, tags={"owner": "shop"})

    assert [(item["name"], item["id"]) for item in changed["subnets"]] == [("snet-nodes", subnet.id)]
    assert "subnets" not in changed.inputs


def test_inline_subnets_are_resources_and_are_deleted_when_omitted(azure: AzureHarness) -> None:
    azure.group()
    made = azure.network(
        subnets=[
            {"name": "snet-a", "addressPrefix": "10.10.0.0/24"},
            {"name": "snet-b", "addressPrefix": "10.10.1.0/24"},
        ]
    )
    names = {"resourceGroupName": GROUP, "virtualNetworkName": NETWORK}
    assert azure.invoke("network:getSubnet", **names, subnetName="snet-a")["addressPrefix"] == "10.10.0.0/24"

    changed = azure.change(made, subnets=[{"name": "snet-b", "addressPrefix": "10.10.1.0/24"}])

    assert [item["name"] for item in changed["subnets"]] == ["snet-b"]


def test_a_security_group_of_an_inline_subnet_cannot_be_deleted(azure: AzureHarness) -> None:
    azure.group()
    group = security_group(azure, {})
    subnet = {"name": "snet-a", "addressPrefix": "10.10.0.0/24", "networkSecurityGroup": {"id": group.id}}
    azure.network(subnets=[subnet])

    assert [record.id.rsplit("/", 1)[-1] for record in azure.cloud.referrers(group.id)] == ["snet-a"]


def test_the_response_completes_delegations(azure: AzureHarness) -> None:
    azure.group()
    azure.network()
    made = azure.subnet(delegations=[{"name": "pg", "serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}])

    assert made["delegations"][0]["provisioningState"] == "Succeeded"
    assert made["delegations"][0]["id"] == f"{made.id}/delegations/pg"


def test_a_security_group_has_default_rules(azure: AzureHarness) -> None:
    azure.group()
    made = security_group(azure, {})

    assert [rule["name"] for rule in made["defaultSecurityRules"]] == [
        "AllowVnetInBound",
        "AllowAzureLoadBalancerInBound",
        "DenyAllInBound",
        "AllowVnetOutBound",
        "AllowInternetOutBound",
        "DenyAllOutBound",
    ]
    assert made["securityRules"][0]["id"] == f"{made.id}/securityRules/web"


def test_rules_of_both_directions_can_share_a_priority(azure: AzureHarness) -> None:
    azure.group()

    made = security_group(azure, {}, {"name": "out", "direction": "Outbound"})

    assert [rule["priority"] for rule in made["securityRules"]] == [100, 100]


def test_a_rule_can_use_a_regional_service_tag(azure: AzureHarness) -> None:
    azure.group()

    made = security_group(azure, {"sourceAddressPrefix": "Storage.WestEurope"})

    assert made["securityRules"][0]["sourceAddressPrefix"] == "Storage.WestEurope"


def test_an_application_group_can_be_deleted_after_its_rule(azure: AzureHarness) -> None:
    azure.group()
    group = application_group(azure)
    to_group = {"destinationAddressPrefix": None, "destinationApplicationSecurityGroups": [{"id": group.id}]}
    rules = security_group(azure, to_group)

    azure.change(rules, securityRules=[])
    azure.delete(group)

    assert group.id not in azure.cloud.leftovers()


def test_peerings_are_connected_when_both_directions_exist(azure: AzureHarness) -> None:
    two_networks(azure)
    there = peering(azure, NETWORK, "vnet-other")
    assert there["peeringState"] == "Initiated"

    back = peering(azure, "vnet-other", NETWORK)

    assert back["peeringState"] == "Connected"
    assert live(azure, there)["peeringState"] == "Connected"
    assert live(azure, there)["remoteAddressSpace"] == {"addressPrefixes": ["10.20.0.0/16"]}


def test_deleting_a_peered_network_disconnects_the_other(azure: AzureHarness) -> None:
    peered(azure)

    azure.delete(azure["vnet-other"])

    assert live(azure, azure[f"{NETWORK} to-remote"])["peeringState"] == "Disconnected"


def test_both_directions_can_be_recreated(azure: AzureHarness) -> None:
    peered(azure)
    for name in (NETWORK, "vnet-other"):
        azure.delete(azure[f"{name} to-remote"])

    peering(azure, NETWORK, "vnet-other")
    back = peering(azure, "vnet-other", NETWORK)

    assert back["peeringState"] == "Connected"


def test_public_addresses_are_distinct_stable_and_in_the_benchmark_range(azure: AzureHarness) -> None:
    azure.group()
    made = [azure.address(f"pip-{number}") for number in range(20)]

    given = [ipaddress.ip_address(item["ipAddress"]) for item in made]
    changed = azure.change(made[0], tags={"owner": "shop"})

    assert len(set(given)) == 20
    assert all(address in PUBLIC_RANGE for address in given)
    assert changed["ipAddress"] == made[0]["ipAddress"]


def test_prefixes_do_not_overlap_each_other_or_single_addresses(azure: AzureHarness) -> None:
    azure.group()
    blocks = [ipaddress.ip_network(azure.prefix(f"ippre-{number}")["ipPrefix"]) for number in range(20)]
    address = ipaddress.ip_address(azure.address()["ipAddress"])

    assert all(block.prefixlen == 28 for block in blocks)
    assert not any(one.overlaps(other) for one in blocks for other in blocks if one is not other)
    assert not any(address in block for block in blocks)


def test_an_exhausted_range_is_an_error() -> None:
    half_of_it = str(next(PUBLIC_RANGE.subnets(new_prefix=16)))

    with refused("PublicIPCountLimitReached", "no free /28 left"):
        addresses.free_prefix("any seed", 28, [half_of_it])


def test_an_address_of_a_prefix_is_inside_the_prefix(azure: AzureHarness) -> None:
    azure.group()
    prefix = azure.prefix()
    first = azure.address("pip-a", publicIPPrefix={"id": prefix.id})
    second = azure.address("pip-b", publicIPPrefix={"id": prefix.id})

    block = ipaddress.ip_network(prefix["ipPrefix"])
    assert ipaddress.ip_address(first["ipAddress"]) in block
    assert ipaddress.ip_address(second["ipAddress"]) in block
    assert first["ipAddress"] != second["ipAddress"]


def test_a_dns_label_becomes_a_host_name(azure: AzureHarness) -> None:
    azure.group()

    made = azure.address(dnsSettings={"domainNameLabel": "shop"})

    assert made["dnsSettings"]["fqdn"] == "shop.westeurope.cloudapp.azure.com"


def test_a_gateway_and_its_address_can_be_deleted_in_order(azure: AzureHarness) -> None:
    azure.group()
    address = azure.address()
    made = gateway(azure, "pip-out")

    azure.delete(made)
    azure.delete(address)

    assert azure.cloud.leftovers() == [azure[GROUP].id]


def test_a_route_to_an_appliance_is_accepted(azure: AzureHarness) -> None:
    azure.group()
    route = {
        "name": "out",
        "addressPrefix": "0.0.0.0/0",
        "nextHopType": "VirtualAppliance",
        "nextHopIpAddress": "10.10.0.4",
    }

    made = route_table(azure, route)

    assert made["routes"][0]["id"] == f"{made.id}/routes/out"


def test_a_private_zone_counts_its_links(azure: AzureHarness) -> None:
    azure.group()
    azure.network()
    made = zone(azure)
    joined = link(azure, "privatelink.azurecr.io")

    assert joined["virtualNetworkLinkState"] == "Completed"
    assert live(azure, made)["numberOfVirtualNetworkLinks"] == 1
