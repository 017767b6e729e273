"""How networks behave when Azure accepts what is written."""

from __future__ import annotations

import ipaddress
from typing import Any

from azure_rehearsal.azure.core import addresses
from azure_rehearsal.azure.core.addresses import PUBLIC_RANGE
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
from simulator_tests.azure.world import GROUP, NETWORK, Made, World, refused


def live(world: World, made: Made) -> dict[str, Any]:
    read = world.read(made)
    assert read is not None
    return read[1]


def test_a_network_shows_its_subnets_and_keeps_them_when_it_is_written_without(world: World) -> None:
    world.group()
    made = world.network()
    subnet = world.subnet()

    changed = world.change(made, tags={"owner": "voice"})

    assert [(item["name"], item["id"]) for item in changed["subnets"]] == [("snet-nodes", subnet.id)]
    assert "subnets" not in changed.inputs


def test_inline_subnets_are_subnets_and_go_when_they_are_left_out(world: World) -> None:
    world.group()
    made = world.network(
        subnets=[
            {"name": "snet-a", "addressPrefix": "10.10.0.0/24"},
            {"name": "snet-b", "addressPrefix": "10.10.1.0/24"},
        ]
    )
    names = {"resourceGroupName": GROUP, "virtualNetworkName": NETWORK}
    assert world.ask("network:getSubnet", **names, subnetName="snet-a")["addressPrefix"] == "10.10.0.0/24"

    changed = world.change(made, subnets=[{"name": "snet-b", "addressPrefix": "10.10.1.0/24"}])

    assert [item["name"] for item in changed["subnets"]] == ["snet-b"]


def test_an_inline_subnet_keeps_its_security_group_out_of_deletion(world: World) -> None:
    world.group()
    group = security_group(world, {})
    subnet = {"name": "snet-a", "addressPrefix": "10.10.0.0/24", "networkSecurityGroup": {"id": group.id}}
    world.network(subnets=[subnet])

    assert [record.id.rsplit("/", 1)[-1] for record in world.cloud.referrers(group.id)] == ["snet-a"]


def test_a_delegation_shows_what_azure_makes_of_it(world: World) -> None:
    world.group()
    world.network()
    made = world.subnet(delegations=[{"name": "pg", "serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}])

    assert made["delegations"][0]["provisioningState"] == "Succeeded"
    assert made["delegations"][0]["id"] == f"{made.id}/delegations/pg"


def test_a_security_group_shows_azures_own_rules_beside_ours(world: World) -> None:
    world.group()
    made = security_group(world, {})

    assert [rule["name"] for rule in made["defaultSecurityRules"]] == [
        "AllowVnetInBound",
        "AllowAzureLoadBalancerInBound",
        "DenyAllInBound",
        "AllowVnetOutBound",
        "AllowInternetOutBound",
        "DenyAllOutBound",
    ]
    assert made["securityRules"][0]["id"] == f"{made.id}/securityRules/sip"


def test_rules_of_both_directions_may_share_a_priority(world: World) -> None:
    world.group()

    made = security_group(world, {}, {"name": "out", "direction": "Outbound"})

    assert [rule["priority"] for rule in made["securityRules"]] == [100, 100]


def test_a_rule_may_name_a_service_tag_of_a_region(world: World) -> None:
    world.group()

    made = security_group(world, {"sourceAddressPrefix": "Storage.WestEurope"})

    assert made["securityRules"][0]["sourceAddressPrefix"] == "Storage.WestEurope"


def test_an_application_group_is_free_again_when_the_rule_is_gone(world: World) -> None:
    world.group()
    group = application_group(world)
    to_group = {"destinationAddressPrefix": None, "destinationApplicationSecurityGroups": [{"id": group.id}]}
    rules = security_group(world, to_group)

    world.change(rules, securityRules=[])
    world.delete(group)

    assert group.id not in world.cloud.leftovers()


def test_peerings_connect_when_both_directions_are_there(world: World) -> None:
    two_networks(world)
    there = peering(world, NETWORK, "vnet-other")
    assert there["peeringState"] == "Initiated"

    back = peering(world, "vnet-other", NETWORK)

    assert back["peeringState"] == "Connected"
    assert live(world, there)["peeringState"] == "Connected"
    assert live(world, there)["remoteAddressSpace"] == {"addressPrefixes": ["10.20.0.0/16"]}


def test_a_peered_network_can_be_deleted_and_leaves_the_other_disconnected(world: World) -> None:
    peered(world)

    world.delete(world["vnet-other"])

    assert live(world, world[f"{NETWORK} to-remote"])["peeringState"] == "Disconnected"


def test_both_directions_can_be_made_again(world: World) -> None:
    peered(world)
    for name in (NETWORK, "vnet-other"):
        world.delete(world[f"{name} to-remote"])

    peering(world, NETWORK, "vnet-other")
    back = peering(world, "vnet-other", NETWORK)

    assert back["peeringState"] == "Connected"


def test_public_addresses_differ_stay_and_lie_in_the_range_for_benchmarks(world: World) -> None:
    world.group()
    made = [world.address(f"pip-{number}") for number in range(20)]

    given = [ipaddress.ip_address(item["ipAddress"]) for item in made]
    changed = world.change(made[0], tags={"owner": "voice"})

    assert len(set(given)) == 20
    assert all(address in PUBLIC_RANGE for address in given)
    assert changed["ipAddress"] == made[0]["ipAddress"]


def test_prefixes_never_overlap_and_hold_no_address_of_others(world: World) -> None:
    world.group()
    blocks = [ipaddress.ip_network(world.prefix(f"ippre-{number}")["ipPrefix"]) for number in range(20)]
    address = ipaddress.ip_address(world.address()["ipAddress"])

    assert all(block.prefixlen == 28 for block in blocks)
    assert not any(one.overlaps(other) for one in blocks for other in blocks if one is not other)
    assert not any(address in block for block in blocks)


def test_a_range_that_is_used_up_is_an_error() -> None:
    half_of_it = str(next(PUBLIC_RANGE.subnets(new_prefix=16)))

    with refused("PublicIPCountLimitReached", "no free /28 left"):
        addresses.free_prefix("any seed", 28, [half_of_it])


def test_an_address_of_a_prefix_lies_in_it(world: World) -> None:
    world.group()
    prefix = world.prefix()
    first = world.address("pip-a", publicIPPrefix={"id": prefix.id})
    second = world.address("pip-b", publicIPPrefix={"id": prefix.id})

    block = ipaddress.ip_network(prefix["ipPrefix"])
    assert ipaddress.ip_address(first["ipAddress"]) in block
    assert ipaddress.ip_address(second["ipAddress"]) in block
    assert first["ipAddress"] != second["ipAddress"]


def test_a_dns_label_gives_a_name(world: World) -> None:
    world.group()

    made = world.address(dnsSettings={"domainNameLabel": "voice"})

    assert made["dnsSettings"]["fqdn"] == "voice.westeurope.cloudapp.azure.com"


def test_a_gateway_and_its_address_can_be_deleted_in_order(world: World) -> None:
    world.group()
    address = world.address()
    made = gateway(world, "pip-out")

    world.delete(made)
    world.delete(address)

    assert world.cloud.leftovers() == [world[GROUP].id]


def test_a_route_to_an_appliance_is_accepted(world: World) -> None:
    world.group()
    route = {
        "name": "out",
        "addressPrefix": "0.0.0.0/0",
        "nextHopType": "VirtualAppliance",
        "nextHopIpAddress": "10.10.0.4",
    }

    made = route_table(world, route)

    assert made["routes"][0]["id"] == f"{made.id}/routes/out"


def test_a_zone_counts_its_links(world: World) -> None:
    world.group()
    world.network()
    made = zone(world)
    joined = link(world, "privatelink.azurecr.io")

    assert joined["virtualNetworkLinkState"] == "Completed"
    assert live(world, made)["numberOfVirtualNetworkLinks"] == 1
