"""The resource group, the network, and functions that all other modules use."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_azure_native as azure

client = azure.authorization.get_client_config()
PERSON = "11111111-2222-4333-8444-555555555555"


def without_aliases(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
    """The SDK gives every resource dozens of aliases, and resolves each: most of the time of a run."""
    args.opts.aliases = None
    return pulumi.ResourceTransformationResult(args.props, args.opts)


pulumi.runtime.register_stack_transformation(without_aliases)


def after(*resources: pulumi.Resource) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(depends_on=list(resources))


group = azure.resources.ResourceGroup("group", resource_group_name="rg-shop")
place: dict[str, Any] = {"resource_group_name": group.name}

# Network
network = azure.network.VirtualNetwork(
    "network",
    virtual_network_name="vnet-shop",
    address_space=azure.network.AddressSpaceArgs(address_prefixes=["10.10.0.0/16"]),
    **place,
)
inside: dict[str, Any] = {**place, "virtual_network_name": network.name}
endpoints = azure.network.Subnet("endpoints", subnet_name="endpoints", address_prefix="10.10.9.0/26", **inside)
databases = azure.network.Subnet(
    "databases",
    subnet_name="databases",
    address_prefix="10.10.8.0/27",
    delegations=[azure.network.DelegationArgs(name="pg", service_name="Microsoft.DBforPostgreSQL/flexibleServers")],
    opts=after(endpoints),
    **inside,
)


def zone(name: str) -> azure.privatedns.PrivateZone:
    return azure.privatedns.PrivateZone(name, private_zone_name=name, location="global", **place)


def endpoint(
    name: str, target: pulumi.CustomResource, group_id: str, zone_name: str, *written: pulumi.Resource
) -> None:
    """A private endpoint, after the last writes of its target."""
    made = azure.network.PrivateEndpoint(
        f"endpoint-{name}",
        private_endpoint_name=f"pe-{name}",
        subnet=azure.network.SubnetArgs(id=endpoints.id),
        private_link_service_connections=[
            azure.network.PrivateLinkServiceConnectionArgs(
                name=name, group_ids=[group_id], private_link_service_id=target.id
            )
        ],
        opts=after(databases, *written),
        **place,
    )
    azure.network.PrivateDnsZoneGroup(
        f"zone-group-{name}",
        private_endpoint_name=made.name,
        private_dns_zone_group_name="default",
        private_dns_zone_configs=[
            azure.network.PrivateDnsZoneConfigArgs(name=name, private_dns_zone_id=zone(zone_name).id)
        ],
        **place,
    )
