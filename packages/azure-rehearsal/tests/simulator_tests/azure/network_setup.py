"""Networks and their parts that tests of several network types use."""

from __future__ import annotations

from typing import Any, Final

from simulator_tests.azure.world import GROUP, NETWORK, Made, World, merged

RULE: Final = {
    "name": "sip",
    "priority": 100,
    "direction": "Inbound",
    "access": "Allow",
    "protocol": "Udp",
    "sourceAddressPrefix": "Internet",
    "sourcePortRange": "*",
    "destinationAddressPrefix": "*",
    "destinationPortRange": "5060",
}


def security_group(world: World, *rules: dict[str, Any], name: str = "nsg-media", **inputs: Any) -> Made:
    """A group with these changes of `RULE`."""
    return world.make(
        "network:NetworkSecurityGroup",
        name,
        resourceGroupName=GROUP,
        networkSecurityGroupName=name,
        securityRules=[merged(RULE, changes) for changes in rules],
        **inputs,
    )


def network_given(world: World) -> None:
    world.group()
    world.network()


def application_group(world: World, name: str = "asg-media", **inputs: Any) -> Made:
    names = {"resourceGroupName": GROUP, "applicationSecurityGroupName": name}
    return world.make("network:ApplicationSecurityGroup", name, **names, **inputs)


def gateway(world: World, *addresses: str, name: str = "ng-out", **inputs: Any) -> Made:
    return world.make(
        "network:NatGateway",
        name,
        resourceGroupName=GROUP,
        natGatewayName=name,
        sku={"name": "Standard"},
        publicIpAddresses=[{"id": world[item].id} for item in addresses],
        **inputs,
    )


def peering(world: World, local: str, remote: str, name: str = "to-remote") -> Made:
    return world.make(
        "network:VirtualNetworkPeering",
        f"{local} {name}",
        resourceGroupName=GROUP,
        virtualNetworkName=local,
        virtualNetworkPeeringName=name,
        remoteVirtualNetwork={"id": world[remote].id},
    )


def two_networks(world: World) -> None:
    network_given(world)
    world.network("vnet-other", "10.20.0.0/16")


def peered(world: World) -> None:
    two_networks(world)
    peering(world, NETWORK, "vnet-other")
    peering(world, "vnet-other", NETWORK)


def route_table(world: World, *routes: dict[str, Any], name: str = "rt-egress") -> Made:
    return world.make("network:RouteTable", name, resourceGroupName=GROUP, routeTableName=name, routes=list(routes))
