"""A hub network with firewall, VPN gateway and bastion host, and a spoke that routes through the firewall.

Source: github.com/pulumi/examples, azure-py-virtual-data-center. Its gateways have dynamic addresses, which Azure no
longer creates.
"""

from __future__ import annotations

import pulumi
from pulumi_azure_native import network, resources

group = resources.ResourceGroup("vdc")
hub = network.VirtualNetwork(
    "hub",
    resource_group_name=group.name,
    address_space=network.AddressSpaceArgs(address_prefixes=["192.168.100.0/24", "10.100.0.0/16"]),
)


def route_table(name: str, disable_bgp: bool) -> network.RouteTable:
    """A route table whose routes are resources of their own."""
    return network.RouteTable(f"{name}-rt", resource_group_name=group.name, disable_bgp_route_propagation=disable_bgp)


def route(name: str, table: network.RouteTable, prefix: str, appliance: pulumi.Input[str] | None) -> network.Route:
    """A route to the firewall, or to the internet."""
    hop = network.RouteNextHopType.VIRTUAL_APPLIANCE if appliance else network.RouteNextHopType.INTERNET
    return network.Route(
        f"{name}-r",
        resource_group_name=group.name,
        route_name=f"{name}-r",
        route_table_name=table.name,
        address_prefix=prefix,
        next_hop_type=hop,
        next_hop_ip_address=appliance,
    )


def subnet(name: str, prefix: str, table: network.RouteTable, after: list[pulumi.Resource]) -> network.Subnet:
    """A subnet of the hub."""
    return network.Subnet(
        name,
        subnet_name=name,
        resource_group_name=group.name,
        virtual_network_name=hub.name,
        address_prefix=prefix,
        route_table=network.RouteTableArgs(id=table.id),
        opts=pulumi.ResourceOptions(depends_on=after),
    )


def address(name: str) -> network.PublicIPAddress:
    """A static public address."""
    return network.PublicIPAddress(
        f"{name}-pip",
        resource_group_name=group.name,
        sku=network.PublicIPAddressSkuArgs(name=network.PublicIPAddressSkuName.STANDARD),
        public_ip_allocation_method=network.IPAllocationMethod.STATIC,
    )


management_table = route_table("fwm", disable_bgp=True)
management_route = route("fwm-internet", management_table, "0.0.0.0/0", None)
management = subnet("AzureFirewallManagementSubnet", "192.168.100.64/26", management_table, [management_route])
firewall_table = route_table("fw", disable_bgp=False)
firewall_route = route("fw-internet", firewall_table, "0.0.0.0/0", None)
firewall_subnet = subnet("AzureFirewallSubnet", "192.168.100.0/26", firewall_table, [management, firewall_route])
firewall = network.AzureFirewall(
    "fw",
    resource_group_name=group.name,
    additional_properties={"Network.SNAT.PrivateRanges": "IANAPrivateRanges"},
    sku=network.AzureFirewallSkuArgs(name="AZFW_VNet", tier=network.AzureFirewallSkuTier.STANDARD),
    ip_configurations=[
        network.AzureFirewallIPConfigurationArgs(
            name="fw",
            public_ip_address=network.SubResourceArgs(id=address("fw").id),
            subnet=network.SubResourceArgs(id=firewall_subnet.id),
        )
    ],
    management_ip_configuration=network.AzureFirewallIPConfigurationArgs(
        name="fwm",
        public_ip_address=network.SubResourceArgs(id=address("fwm").id),
        subnet=network.SubResourceArgs(id=management.id),
    ),
    zones=[],
)
firewall_ip = firewall.ip_configurations.apply(lambda found: found[0].private_ip_address if found else "10.0.0.4")
gateway_table = route_table("gw", disable_bgp=False)
gateway_route = route("gw-hub", gateway_table, "10.100.0.0/16", firewall_ip)
gateway_subnet = subnet("GatewaySubnet", "10.100.0.0/26", gateway_table, [firewall_subnet, gateway_route])
gateway = network.VirtualNetworkGateway(
    "vpn-gw",
    resource_group_name=group.name,
    sku=network.VirtualNetworkGatewaySkuArgs(
        name=network.VirtualNetworkGatewaySkuName.VPN_GW1, tier=network.VirtualNetworkGatewaySkuTier.VPN_GW1
    ),
    gateway_type=network.VirtualNetworkGatewayType.VPN,
    vpn_type=network.VpnType.ROUTE_BASED,
    enable_bgp=True,
    ip_configurations=[
        network.VirtualNetworkGatewayIPConfigurationArgs(
            name="vpn-gw",
            public_ip_address=network.SubResourceArgs(id=address("vpn-gw").id),
            subnet=network.SubResourceArgs(id=gateway_subnet.id),
        )
    ],
)
bastion_subnet = network.Subnet(
    "AzureBastionSubnet",
    subnet_name="AzureBastionSubnet",
    resource_group_name=group.name,
    virtual_network_name=hub.name,
    address_prefix="10.100.0.64/26",
    opts=pulumi.ResourceOptions(depends_on=[gateway]),
)
bastion = network.BastionHost(
    "bastion",
    resource_group_name=group.name,
    ip_configurations=[
        network.BastionHostIPConfigurationArgs(
            name="bastion",
            public_ip_address=network.SubResourceArgs(id=address("bastion").id),
            subnet=network.SubResourceArgs(id=bastion_subnet.id),
        )
    ],
)
spoke = network.VirtualNetwork(
    "spoke",
    resource_group_name=group.name,
    address_space=network.AddressSpaceArgs(address_prefixes=["10.101.0.0/16"]),
)
outward = network.VirtualNetworkPeering(
    "hub-spoke",
    resource_group_name=group.name,
    virtual_network_name=hub.name,
    remote_virtual_network=network.SubResourceArgs(id=spoke.id),
    allow_forwarded_traffic=False,
    allow_gateway_transit=True,
    allow_virtual_network_access=True,
    opts=pulumi.ResourceOptions(depends_on=[gateway, bastion]),
)
inward = network.VirtualNetworkPeering(
    "spoke-hub",
    resource_group_name=group.name,
    virtual_network_name=spoke.name,
    remote_virtual_network=network.SubResourceArgs(id=hub.id),
    allow_forwarded_traffic=True,
    allow_gateway_transit=False,
    allow_virtual_network_access=True,
    use_remote_gateways=True,
    opts=pulumi.ResourceOptions(depends_on=[outward]),
)
spoke_table = route_table("spoke", disable_bgp=True)
spoke_route = route("spoke-dg", spoke_table, "0.0.0.0/0", firewall_ip)
network.Subnet(
    "spoke-app",
    resource_group_name=group.name,
    virtual_network_name=spoke.name,
    address_prefix="10.101.0.0/24",
    route_table=network.RouteTableArgs(id=spoke_table.id),
    opts=pulumi.ResourceOptions(depends_on=[spoke_route, inward]),
)

pulumi.export("firewall", firewall_ip)
pulumi.export("hub", hub.id)
