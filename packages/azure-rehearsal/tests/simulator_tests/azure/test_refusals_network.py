"""What Azure refuses of networks, in its own words."""

from __future__ import annotations

from typing import Any, Final

import pytest

from simulator_tests.azure.world import GROUP, NETWORK, Case, Made, World, merged, refused

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
API_SERVER: Final = [{"name": "aks", "serviceName": "Microsoft.ContainerService/managedClusters"}]


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


def route_table(world: World, *routes: dict[str, Any], name: str = "rt-egress") -> Made:
    return world.make("network:RouteTable", name, resourceGroupName=GROUP, routeTableName=name, routes=list(routes))


def peering(world: World, local: str, remote: str, name: str = "to-remote") -> Made:
    return world.make(
        "network:VirtualNetworkPeering",
        f"{local} {name}",
        resourceGroupName=GROUP,
        virtualNetworkName=local,
        virtualNetworkPeeringName=name,
        remoteVirtualNetwork={"id": world[remote].id},
    )


def protection_plan(world: World, name: str = "ddos", **inputs: Any) -> Made:
    names = {"resourceGroupName": GROUP, "ddosProtectionPlanName": name}
    return world.make("network:DdosProtectionPlan", name, **names, **inputs)


def network_given(world: World) -> None:
    world.group()
    world.network()


def subnet_given(world: World) -> None:
    network_given(world)
    world.subnet()


def two_networks(world: World) -> None:
    network_given(world)
    world.network("vnet-other", "10.20.0.0/16")


def peered(world: World) -> None:
    two_networks(world)
    peering(world, NETWORK, "vnet-other")
    peering(world, "vnet-other", NETWORK)


def cluster_with_pool(world: World) -> None:
    world.cluster()
    world.pool()


def gateway_given(world: World) -> None:
    network_given(world)
    world.address()
    gateway(world, "pip-out")


def used_groups(world: World) -> None:
    network_given(world)
    application_group(world)
    no_prefix = {"destinationAddressPrefix": None}
    security_group(world, {**no_prefix, "destinationApplicationSecurityGroups": [{"id": world["asg-media"].id}]})
    world.subnet(networkSecurityGroup={"id": world["nsg-media"].id})


CASES: Final = [
    # Virtual networks
    Case(
        "network:VirtualNetwork",
        "a resource group that does not exist",
        lambda world: world.network(),
        "ResourceGroupNotFound",
        ("Resource group 'rg-voice' could not be found",),
    ),
    Case(
        "network:VirtualNetwork",
        "a location that Azure does not have",
        lambda world: world.network(location="atlantis"),
        "LocationNotAvailableForResourceType",
        ("'atlantis'", "westeurope"),
        given=World.group,
    ),
    Case(
        "network:VirtualNetwork",
        "a name that ends with a dot",
        lambda world: world.network("vnet-voice."),
        "InvalidResourceName",
        ("vnet-voice.", "up to 64 characters"),
        given=World.group,
    ),
    Case(
        "network:VirtualNetwork",
        "a space with host bits",
        lambda world: world.network(space="10.10.0.1/16"),
        "InvalidCIDRNotation",
        ("10.10.0.1/16", "should be 10.10.0.0/16"),
        given=World.group,
    ),
    Case(
        "network:VirtualNetwork",
        "no space at all",
        lambda world: world.network(addressSpace={"addressPrefixes": []}),
        "InvalidRequestFormat",
        ("addressSpace.addressPrefixes is empty",),
        given=World.group,
    ),
    Case(
        "network:VirtualNetwork",
        "a space that leaves a subnet outside",
        lambda world: world.change(world[NETWORK], addressSpace={"addressPrefixes": ["10.11.0.0/16"]}),
        "NetcfgSubnetRangeOutsideVnet",
        ("snet-nodes", "10.10.4.0/22"),
        given=subnet_given,
    ),
    Case(
        "network:VirtualNetwork",
        "a space that a peered network has",
        lambda world: world.change(
            world[NETWORK], addressSpace={"addressPrefixes": ["10.10.0.0/16", "10.20.128.0/17"]}
        ),
        "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet",
        ("vnet-other", "10.20.128.0/17"),
        given=peered,
    ),
    Case(
        "network:VirtualNetwork",
        "an inline subnet outside the space",
        lambda world: world.network(subnets=[{"name": "snet-a", "addressPrefix": "10.20.0.0/24"}]),
        "NetcfgSubnetRangeOutsideVnet",
        ("snet-a", "10.20.0.0/24"),
        given=World.group,
    ),
    Case(
        "network:VirtualNetwork",
        "the deletion of a network whose subnet is used",
        lambda world: world.delete(world[NETWORK]),
        "InUseSubnetCannotBeDeleted",
        ("Subnet snet-nodes is in use", "agentPools/"),
        given=cluster_with_pool,
    ),
    # Subnets
    Case(
        "network:Subnet",
        "a network that does not exist",
        lambda world: world.subnet(),
        "ParentResourceNotFound",
        ("'virtualNetworks/subnets'", NETWORK),
        given=World.group,
    ),
    Case(
        "network:Subnet",
        "a range outside its network",
        lambda world: world.subnet("snet-db", "10.1.0.0/24"),
        "NetcfgSubnetRangeOutsideVnet",
        ("Subnet 'snet-db'", "outside the IP address range of virtual network 'vnet-voice'", "10.10.0.0/16"),
        given=network_given,
    ),
    Case(
        "network:Subnet",
        "a range that a sibling has",
        lambda world: world.subnet("snet-b", "10.10.7.0/24"),
        "NetcfgSubnetRangesOverlap",
        ("overlaps with that of an existing subnet", "snet-nodes", "10.10.4.0/22"),
        given=subnet_given,
    ),
    Case(
        "network:Subnet",
        "a range with host bits",
        lambda world: world.subnet("snet-b", "10.10.8.5/24"),
        "InvalidCIDRNotation",
        ("10.10.8.5/24", "10.10.8.0/24"),
        given=network_given,
    ),
    Case(
        "network:Subnet",
        "a range that is no range",
        lambda world: world.subnet("snet-b", "nodes"),
        "InvalidCIDRNotation",
        ("address prefix nodes", "is 10.0.0.0/16"),
        given=network_given,
    ),
    Case(
        "network:Subnet",
        "a range of four addresses",
        lambda world: world.subnet("snet-b", "10.10.8.0/30"),
        "NetcfgInvalidSubnet",
        ("smaller than /29",),
        given=network_given,
    ),
    Case(
        "network:Subnet",
        "no range at all",
        lambda world: world.subnet("snet-b", addressPrefix=None),
        "InvalidRequestFormat",
        ("addressPrefix and addressPrefixes are missing",),
        given=network_given,
    ),
    Case(
        "network:Subnet",
        "a security group that does not exist",
        lambda world: world.subnet(
            networkSecurityGroup={"id": world[GROUP].id + "/providers/Microsoft.Network/networkSecurityGroups/nsg-x"}
        ),
        "InvalidResourceReference",
        ("networkSecurityGroups/nsg-x", "was not found", "same region"),
        given=network_given,
    ),
    Case(
        "network:Subnet",
        "a security group of another region",
        lambda world: (
            security_group(world, {}, location="eastus"),
            world.subnet(networkSecurityGroup={"id": world["nsg-media"].id}),
        ),
        "InvalidResourceReference",
        ("same region", "eastus", "westeurope"),
        given=network_given,
    ),
    Case(
        "network:Subnet",
        "another delegation while it is used",
        lambda world: world.change(world["snet-nodes"], delegations=API_SERVER),
        "SubnetDelegationsCannotChangeWhenSubnetUsedByResource",
        ("cannot be changed from [] to [Microsoft.ContainerService/managedClusters]", "agentPools/system"),
        given=World.cluster,
    ),
    Case(
        "network:Subnet",
        "another range while it is used",
        lambda world: world.change(world["snet-nodes"], addressPrefix="10.10.4.0/23"),
        "InUsePrefixCannotBeDeleted",
        ("IpPrefix 10.10.4.0/22 on Subnet snet-nodes has active allocations",),
        given=World.cluster,
    ),
    Case(
        "network:Subnet",
        "the deletion of a subnet that a pool is in",
        lambda world: world.delete(world["snet-nodes"]),
        "InUseSubnetCannotBeDeleted",
        ("Subnet snet-nodes is in use by", "agentPools/system"),
        given=World.cluster,
    ),
    # Peerings
    Case(
        "network:VirtualNetworkPeering",
        "networks that overlap",
        lambda world: (world.network("vnet-other", "10.10.128.0/17"), peering(world, NETWORK, "vnet-other")),
        "VnetAddressSpacesOverlap",
        ("address spaces overlap", "10.10.0.0/16"),
        given=network_given,
    ),
    Case(
        "network:VirtualNetworkPeering",
        "a second peering to the same network",
        lambda world: peering(world, NETWORK, "vnet-other", "again"),
        "AnotherPeeringAlreadyReferencesRemoteVnet",
        ("to-remote", "already references"),
        given=peered,
    ),
    Case(
        "network:VirtualNetworkPeering",
        "no remote network",
        lambda world: world.change(world[f"{NETWORK} to-remote"], remoteVirtualNetwork=None),
        "InvalidRequestFormat",
        ("has no remote virtual network",),
        given=peered,
    ),
    Case(
        "network:VirtualNetworkPeering",
        "a peering with itself",
        lambda world: peering(world, NETWORK, NETWORK),
        "InvalidRequestFormat",
        ("cannot be peered with itself",),
        given=network_given,
    ),
    Case(
        "network:VirtualNetworkPeering",
        "one direction made again while the other is disconnected",
        lambda world: (world.delete(world[f"{NETWORK} to-remote"]), peering(world, NETWORK, "vnet-other")),
        "RemotePeeringIsDisconnected",
        ("is in Disconnected state",),
        given=peered,
    ),
    # Security groups
    Case(
        "network:NetworkSecurityGroup",
        "two rules of one priority and direction",
        lambda world: security_group(world, {}, {"name": "rtp"}),
        "SecurityRuleConflict",
        ("rtp conflicts with rule sip", "same Priority and Direction"),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "two rules of one name",
        lambda world: security_group(world, {}, {"name": "SIP", "priority": 101}),
        "InvalidRequestFormat",
        ("same name 'SIP'",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a rule name with a space",
        lambda world: security_group(world, {"name": "sip in"}),
        "InvalidResourceName",
        ("sip in",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a priority below 100",
        lambda world: security_group(world, {"priority": 99}),
        "SecurityRuleInvalidPriority",
        ("Value provided: 99", "100-4096"),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a priority above 4096",
        lambda world: security_group(world, {"priority": 4097}),
        "SecurityRuleInvalidPriority",
        ("Value provided: 4097",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "both the singular and the plural of source addresses",
        lambda world: security_group(world, {"sourceAddressPrefixes": ["10.0.0.0/8"]}),
        "InvalidRequestFormat",
        ("sourceAddressPrefix and sourceAddressPrefixes",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "no destination ports",
        lambda world: security_group(world, {"destinationPortRange": None}),
        "InvalidRequestFormat",
        ("destinationPortRange and destinationPortRanges; it has none",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a port above 65535",
        lambda world: security_group(world, {"destinationPortRange": "60000-70000"}),
        "SecurityRuleInvalidPortRange",
        ("Value provided: 60000-70000", "0-65535"),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a port range that runs backwards",
        lambda world: security_group(world, {"destinationPortRange": "29999-16384"}),
        "SecurityRuleInvalidPortRange",
        ("29999-16384",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "several ports in the singular",
        lambda world: security_group(world, {"destinationPortRange": "5060,5061"}),
        "SecurityRuleInvalidPortRange",
        ("5060,5061",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a star among port ranges",
        lambda world: security_group(world, {"destinationPortRange": None, "destinationPortRanges": ["*"]}),
        "SecurityRuleInvalidPortRange",
        ("Value provided: *",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "an unknown service tag",
        lambda world: security_group(world, {"sourceAddressPrefix": "AzureTelephony"}),
        "SecurityRuleInvalidAddressPrefix",
        ("Value provided: AzureTelephony",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "an address with host bits",
        lambda world: security_group(world, {"sourceAddressPrefix": "20.20.20.20/16"}),
        "SecurityRuleInvalidAddressPrefix",
        ("20.20.20.20/16",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a service tag among addresses",
        lambda world: security_group(
            world, {"sourceAddressPrefix": None, "sourceAddressPrefixes": ["10.0.0.0/8", "Internet"]}
        ),
        "SecurityRuleParameterContainsUnsupportedValue",
        ("Unsupported value used: Internet", "one rule per tag"),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "an address with host bits among addresses",
        lambda world: security_group(
            world, {"sourceAddressPrefix": None, "sourceAddressPrefixes": ["10.0.0.0/8", "20.20.20.20/16"]}
        ),
        "SecurityRuleInvalidAddressPrefix",
        ("Value provided: 20.20.20.20/16",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "an application group of another region",
        lambda world: (
            application_group(world, location="eastus"),
            security_group(
                world,
                {
                    "destinationAddressPrefix": None,
                    "destinationApplicationSecurityGroups": [{"id": world["asg-media"].id}],
                },
            ),
        ),
        "InvalidResourceReference",
        ("asg-media", "same region", "eastus"),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "more than a thousand rules",
        lambda world: security_group(
            world, *({"name": f"rule{number}", "priority": 100 + number} for number in range(1001))
        ),
        "ResourceCountExceedsLimitDueToTemplate",
        ("1001 security rules", "1000"),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "the deletion of a group on a subnet",
        lambda world: world.delete(world["nsg-media"]),
        "InUseNetworkSecurityGroupCannotBeDeleted",
        ("nsg-media", "subnets/snet-nodes"),
        given=used_groups,
    ),
    Case(
        "network:ApplicationSecurityGroup",
        "the deletion of a group that a rule names",
        lambda world: world.delete(world["asg-media"]),
        "ApplicationSecurityGroupInUse",
        ("asg-media cannot be deleted", "nsg-media"),
        given=used_groups,
    ),
    # Public addresses
    Case(
        "network:PublicIPAddress",
        "the Basic sku",
        lambda world: world.address(sku={"name": "Basic"}),
        "IPv4BasicSkuPublicIpCountLimitReached",
        ("Cannot create more than 0 IPv4 Basic SKU",),
        given=World.group,
    ),
    Case(
        "network:PublicIPAddress",
        "dynamic allocation",
        lambda world: world.address(publicIPAllocationMethod="Dynamic"),
        "StandardAndStandardV2SkuPublicIPAddressesMustBeStatic",
        ("must have AllocationMethod set to Static",),
        given=World.group,
    ),
    Case(
        "network:PublicIPAddress",
        "a zone that there is not",
        lambda world: world.address(zones=["4"]),
        "InvalidAvailabilityZone",
        ("zone(s) '4'", "'1,2,3'"),
        given=World.group,
    ),
    Case(
        "network:PublicIPAddress",
        "a zone in a region without zones",
        lambda world: world.address(zones=["1"], location="westus"),
        "InvalidAvailabilityZone",
        ("location 'westus' are ''",),
        given=World.group,
    ),
    Case(
        "network:PublicIPAddress",
        "other zones in place",
        lambda world: (world.address(zones=["1"]), world.change(world["pip-out"], zones=["2"])),
        "ResourceAvailabilityZonesCannotBeModified",
        ("Zones cannot be added/updated/removed",),
        given=World.group,
    ),
    Case(
        "network:PublicIPAddress",
        "an idle timeout of an hour",
        lambda world: world.address(idleTimeoutInMinutes=60),
        "InvalidIdleTimeoutValue",
        ("60 minutes", "4-30"),
        given=World.group,
    ),
    Case(
        "network:PublicIPAddress",
        "a DNS label that is taken",
        lambda world: (
            world.address(dnsSettings={"domainNameLabel": "voice"}),
            world.address("pip-b", dnsSettings={"domainNameLabel": "Voice"}),
        ),
        "DnsRecordInUse",
        ("voice.westeurope.cloudapp.azure.com", "pip-out"),
        given=World.group,
    ),
    Case(
        "network:PublicIPAddress",
        "a prefix that is used up",
        lambda world: (
            world.prefix(length=31),
            [world.address(f"pip-{number}", publicIPPrefix={"id": world["ippre-media"].id}) for number in range(3)],
        ),
        "PublicIpPrefixOutOfIpAddresses",
        ("ippre-media", "2 of 2"),
        given=World.group,
    ),
    Case(
        "network:PublicIPAddress",
        "a prefix in other zones",
        lambda world: (
            world.prefix(zones=["1"]),
            world.address(publicIPPrefix={"id": world["ippre-media"].id}),
        ),
        "PublicIpAddressAndPublicIpPrefixZonesMismatch",
        ("ippre-media", "['1']"),
        given=World.group,
    ),
    Case(
        "network:PublicIPAddress",
        "the deletion of an address on a gateway",
        lambda world: world.delete(world["pip-out"]),
        "PublicIPAddressCannotBeDeleted",
        ("still allocated to resource", "natGateways/ng-out"),
        given=gateway_given,
    ),
    Case(
        "network:PublicIPPrefix",
        "a prefix of 32 addresses",
        lambda world: world.prefix(length=27),
        "InvalidPublicIPPrefixLength",
        ("prefix length 27", "28-31"),
        given=World.group,
    ),
    Case(
        "network:PublicIPPrefix",
        "a prefix without sku",
        lambda world: world.prefix(sku=None),
        "PublicIPPrefixSkuNotSupported",
        ("sku Standard",),
        given=World.group,
    ),
    Case(
        "network:PublicIPPrefix",
        "another length in place",
        lambda world: (world.prefix(), world.change(world["ippre-media"], prefixLength=29)),
        "PropertyChangeNotAllowed",
        ("'properties.prefixLength' is not allowed", "28", "29"),
        given=World.group,
    ),
    Case(
        "network:PublicIPPrefix",
        "other zones in place",
        lambda world: (world.prefix(zones=["1"]), world.change(world["ippre-media"], zones=["2"])),
        "ResourceAvailabilityZonesCannotBeModified",
        ("availability zone constraint",),
        given=World.group,
    ),
    Case(
        "network:PublicIPPrefix",
        "another location in place",
        lambda world: (world.prefix(), world.change(world["ippre-media"], location="eastus")),
        "InvalidResourceLocation",
        ("already exists in location 'westeurope'", "'eastus'"),
        given=World.group,
    ),
    Case(
        "network:PublicIPPrefix",
        "the deletion of a prefix with an address",
        lambda world: (
            world.prefix(),
            world.address(publicIPPrefix={"id": world["ippre-media"].id}),
            world.delete(world["ippre-media"]),
        ),
        "InUsePublicIpPrefixCannotBeDeleted",
        ("ippre-media", "pip-out"),
        given=World.group,
    ),
    # NAT gateways
    Case(
        "network:NatGateway",
        "an idle timeout of three hours",
        lambda world: gateway(world, idleTimeoutInMinutes=180),
        "InvalidIdleTimeoutValue",
        ("180 minutes", "4-120"),
        given=World.group,
    ),
    Case(
        "network:NatGateway",
        "two zones",
        lambda world: gateway(world, zones=["1", "2"]),
        "NatGatewayWithMultipleZonesNotSupported",
        ("one zone or none",),
        given=World.group,
    ),
    Case(
        "network:NatGateway",
        "more than sixteen addresses",
        lambda world: (
            world.prefix(),
            gateway(world, "pip-out", publicIpPrefixes=[{"id": world["ippre-media"].id}]),
        ),
        "NatGatewayPublicIpAddressLimitReached",
        ("17 public IP addresses", "16"),
        given=lambda world: (world.group(), world.address()),
    ),
    Case(
        "network:NatGateway",
        "an address of another gateway",
        lambda world: gateway(world, "pip-out", name="ng-b"),
        "PublicIPAddressInUse",
        ("already allocated to resource", "ng-out"),
        given=gateway_given,
    ),
    Case(
        "network:NatGateway",
        "an address of another region",
        lambda world: (world.address(location="eastus"), gateway(world, "pip-out")),
        "InvalidResourceReference",
        ("same region",),
        given=World.group,
    ),
    Case(
        "network:NatGateway",
        "the deletion of a gateway on a subnet",
        lambda world: (world.subnet(natGateway={"id": world["ng-out"].id}), world.delete(world["ng-out"])),
        "InUseNatGatewayCannotBeDeleted",
        ("ng-out", "subnets/snet-nodes"),
        given=gateway_given,
    ),
    # Route tables, protection plans
    Case(
        "network:RouteTable",
        "an appliance without address",
        lambda world: route_table(
            world, {"name": "out", "addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance"}
        ),
        "NextHopIpAddressRequired",
        ("VirtualAppliance",),
        given=World.group,
    ),
    Case(
        "network:RouteTable",
        "an address without appliance",
        lambda world: route_table(
            world,
            {
                "name": "out",
                "addressPrefix": "0.0.0.0/0",
                "nextHopType": "Internet",
                "nextHopIpAddress": "10.0.0.4",
            },
        ),
        "RouteNextHopIpAddressAndNextHopTypeMismatch",
        ("Internet", "10.0.0.4"),
        given=World.group,
    ),
    Case(
        "network:RouteTable",
        "two routes of one name",
        lambda world: route_table(
            world,
            {"name": "out", "addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"},
            {"name": "out", "addressPrefix": "10.0.0.0/8", "nextHopType": "None"},
        ),
        "InvalidResourceName",
        ("out", "used twice"),
        given=World.group,
    ),
    Case(
        "network:RouteTable",
        "the deletion of a table on a subnet",
        lambda world: (
            route_table(world),
            world.subnet(routeTable={"id": world["rt-egress"].id}),
            world.delete(world["rt-egress"]),
        ),
        "InUseRouteTableCannotBeDeleted",
        ("rt-egress", "snet-nodes"),
        given=network_given,
    ),
    Case(
        "network:DdosProtectionPlan",
        "the deletion of a plan that protects a network",
        lambda world: (
            protection_plan(world),
            world.network(enableDdosProtection=True, ddosProtectionPlan={"id": world["ddos"].id}),
            world.delete(world["ddos"]),
        ),
        "DdosProtectionPlanInUse",
        ("ddos", NETWORK),
        given=World.group,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)
