"""Azure's refusals of virtual networks, subnets and peerings."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.network_setup import network_given, peered, peering, security_group
from simulator_tests.azure.world import GROUP, NETWORK, Case, World, refused

API_SERVER: Final = [{"name": "aks", "serviceName": "Microsoft.ContainerService/managedClusters"}]


def subnet_given(world: World) -> None:
    network_given(world)
    world.subnet()


def cluster_with_pool(world: World) -> None:
    world.cluster()
    world.pool()


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
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)
