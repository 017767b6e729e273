"""Networks and their parts that tests of several network types use."""

from __future__ import annotations

from typing import Any, Final

from simulator_tests.azure.harness import GROUP, NETWORK, AzureHarness, Deployed, merged

RULE: Final = {
    "name": "web",
    "priority": 100,
    "direction": "Inbound",
    "access": "Allow",
    "protocol": "Udp",
    "sourceAddressPrefix": "Internet",
    "sourcePortRange": "*",
    "destinationAddressPrefix": "*",
    "destinationPortRange": "8080",
}


def security_group(azure: AzureHarness, *rules: dict[str, Any], name: str = "nsg-web", **inputs: Any) -> Deployed:
    """A security group with one rule per change of `RULE`."""
    return azure.make(
        "network:NetworkSecurityGroup",
        name,
        resourceGroupName=GROUP,
        networkSecurityGroupName=name,
        securityRules=[merged(RULE, changes) for changes in rules],
        **inputs,
    )


def with_network(azure: AzureHarness) -> None:
    azure.group()
    azure.network()


def application_group(azure: AzureHarness, name: str = "asg-web", **inputs: Any) -> Deployed:
    names = {"resourceGroupName": GROUP, "applicationSecurityGroupName": name}
    return azure.make("network:ApplicationSecurityGroup", name, **names, **inputs)


def gateway(azure: AzureHarness, *addresses: str, name: str = "ng-out", **inputs: Any) -> Deployed:
    return azure.make(
        "network:NatGateway",
        name,
        resourceGroupName=GROUP,
        natGatewayName=name,
        sku={"name": "Standard"},
        publicIpAddresses=[{"id": azure[item].id} for item in addresses],
        **inputs,
    )


def peering(azure: AzureHarness, local: str, remote: str, name: str = "to-remote") -> Deployed:
    return azure.make(
        "network:VirtualNetworkPeering",
        f"{local} {name}",
        resourceGroupName=GROUP,
        virtualNetworkName=local,
        virtualNetworkPeeringName=name,
        remoteVirtualNetwork={"id": azure[remote].id},
    )


def two_networks(azure: AzureHarness) -> None:
    with_network(azure)
    azure.network("vnet-other", "10.20.0.0/16")


def peered(azure: AzureHarness) -> None:
    two_networks(azure)
    peering(azure, NETWORK, "vnet-other")
    peering(azure, "vnet-other", NETWORK)


def route_table(azure: AzureHarness, *routes: dict[str, Any], name: str = "rt-outbound") -> Deployed:
    return azure.make("network:RouteTable", name, resourceGroupName=GROUP, routeTableName=name, routes=list(routes))
