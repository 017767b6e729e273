"""Azure's refusals of virtual networks, subnets and peerings."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.harness import GROUP, NETWORK, AzureHarness, Case, refused
from simulator_tests.azure.network_setup import peered, peering, security_group, with_network

API_SERVER_DELEGATION: Final = [{"name": "aks", "serviceName": "Microsoft.ContainerService/managedClusters"}]


def with_subnet(azure: AzureHarness) -> None:
    with_network(azure)
    azure.subnet()


def cluster_with_pool(azure: AzureHarness) -> None:
    azure.cluster()
    azure.pool()


CASES: Final = [
    # Virtual networks
    Case(
        "network:VirtualNetwork",
        "a resource group that does not exist",
        lambda azure: azure.network(),
        "ResourceGroupNotFound",
        ("Resource group 'rg-shop' could not be found",),
    ),
    Case(
        "network:VirtualNetwork",
        "a name that ends with a dot",
        lambda azure: azure.network("vnet-shop."),
        "InvalidResourceName",
        ("vnet-shop.", "up to 64 characters"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:VirtualNetwork",
        "a space with host bits",
        lambda azure: azure.network(space="10.10.0.1/16"),
        "InvalidCIDRNotation",
        ("10.10.0.1/16", "should be 10.10.0.0/16"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:VirtualNetwork",
        "no address space",
        lambda azure: azure.network(addressSpace={"addressPrefixes": []}),
        "InvalidRequestFormat",
        ("addressSpace.addressPrefixes is empty",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:VirtualNetwork",
        "a space that does not contain a subnet",
        lambda azure: azure.change(azure[NETWORK], addressSpace={"addressPrefixes": ["10.11.0.0/16"]}),
        "NetcfgSubnetRangeOutsideVnet",
        ("snet-nodes", "10.10.4.0/22"),
        setup=with_subnet,
    ),
    Case(
        "network:VirtualNetwork",
        "a space that overlaps a peered network",
        lambda azure: azure.change(
            azure[NETWORK], addressSpace={"addressPrefixes": ["10.10.0.0/16", "10.20.128.0/17"]}
        ),
        "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet",
        ("vnet-other", "10.20.128.0/17"),
        setup=peered,
    ),
    Case(
        "network:VirtualNetwork",
        "an inline subnet outside the space",
        lambda azure: azure.network(subnets=[{"name": "snet-a", "addressPrefix": "10.20.0.0/24"}]),
        "NetcfgSubnetRangeOutsideVnet",
        ("snet-a", "10.20.0.0/24"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:VirtualNetwork",
        "the deletion of a network with a used subnet",
        lambda azure: azure.delete(azure[NETWORK]),
        "InUseSubnetCannotBeDeleted",
        ("Subnet snet-nodes is in use", "agentPools/"),
        setup=cluster_with_pool,
    ),
    # Subnets
    Case(
        "network:Subnet",
        "a network that does not exist",
        lambda azure: azure.subnet(),
        "ParentResourceNotFound",
        ("'virtualNetworks/subnets'", NETWORK),
        setup=AzureHarness.group,
    ),
    Case(
        "network:Subnet",
        "a range outside its network",
        lambda azure: azure.subnet("snet-db", "10.1.0.0/24"),
        "NetcfgSubnetRangeOutsideVnet",
        ("Subnet 'snet-db'", "outside the IP address range of virtual network 'vnet-shop'", "10.10.0.0/16"),
        setup=with_network,
    ),
    Case(
        "network:Subnet",
        "a range that overlaps a sibling",
        lambda azure: azure.subnet("snet-b", "10.10.7.0/24"),
        "NetcfgSubnetRangesOverlap",
        ("overlaps with that of an existing subnet", "snet-nodes", "10.10.4.0/22"),
        setup=with_subnet,
    ),
    Case(
        "network:Subnet",
        "a range with host bits",
        lambda azure: azure.subnet("snet-b", "10.10.8.5/24"),
        "InvalidCIDRNotation",
        ("10.10.8.5/24", "10.10.8.0/24"),
        setup=with_network,
    ),
    Case(
        "network:Subnet",
        "an invalid range",
        lambda azure: azure.subnet("snet-b", "nodes"),
        "InvalidCIDRNotation",
        ("address prefix nodes", "is 10.0.0.0/16"),
        setup=with_network,
    ),
    Case(
        "network:Subnet",
        "a range of four addresses",
        lambda azure: azure.subnet("snet-b", "10.10.8.0/30"),
        "NetcfgInvalidSubnet",
        ("smaller than /29",),
        setup=with_network,
    ),
    Case(
        "network:Subnet",
        "no range",
        lambda azure: azure.subnet("snet-b", addressPrefix=None),
        "InvalidRequestFormat",
        ("addressPrefix and addressPrefixes are missing",),
        setup=with_network,
    ),
    Case(
        "network:Subnet",
        "a security group that does not exist",
        lambda azure: azure.subnet(
            networkSecurityGroup={"id": azure[GROUP].id + "/providers/Microsoft.Network/networkSecurityGroups/nsg-x"}
        ),
        "InvalidResourceReference",
        ("networkSecurityGroups/nsg-x", "was not found", "same region"),
        setup=with_network,
    ),
    Case(
        "network:Subnet",
        "a security group of another region",
        lambda azure: (
            security_group(azure, {}, location="eastus"),
            azure.subnet(networkSecurityGroup={"id": azure["nsg-web"].id}),
        ),
        "InvalidResourceReference",
        ("same region", "eastus", "westeurope"),
        setup=with_network,
    ),
    Case(
        "network:Subnet",
        "another delegation while it is used",
        lambda azure: azure.change(azure["snet-nodes"], delegations=API_SERVER_DELEGATION),
        "SubnetDelegationsCannotChangeWhenSubnetUsedByResource",
        ("cannot be changed from [] to [Microsoft.ContainerService/managedClusters]", "agentPools/system"),
        setup=AzureHarness.cluster,
    ),
    Case(
        "network:Subnet",
        "another range while it is used",
        lambda azure: azure.change(azure["snet-nodes"], addressPrefix="10.10.4.0/23"),
        "InUsePrefixCannotBeDeleted",
        ("IpPrefix 10.10.4.0/22 on Subnet snet-nodes has active allocations",),
        setup=AzureHarness.cluster,
    ),
    Case(
        "network:Subnet",
        "the deletion of a subnet with a pool",
        lambda azure: azure.delete(azure["snet-nodes"]),
        "InUseSubnetCannotBeDeleted",
        ("Subnet snet-nodes is in use by", "agentPools/system"),
        setup=AzureHarness.cluster,
    ),
    # Peerings
    Case(
        "network:VirtualNetworkPeering",
        "networks that overlap",
        lambda azure: (azure.network("vnet-other", "10.10.128.0/17"), peering(azure, NETWORK, "vnet-other")),
        "VnetAddressSpacesOverlap",
        ("address spaces overlap", "10.10.0.0/16"),
        setup=with_network,
    ),
    Case(
        "network:VirtualNetworkPeering",
        "a second peering to the same network",
        lambda azure: peering(azure, NETWORK, "vnet-other", "again"),
        "AnotherPeeringAlreadyReferencesRemoteVnet",
        ("to-remote", "already references"),
        setup=peered,
    ),
    Case(
        "network:VirtualNetworkPeering",
        "no remote network",
        lambda azure: azure.change(azure[f"{NETWORK} to-remote"], remoteVirtualNetwork=None),
        "InvalidRequestFormat",
        ("has no remote virtual network",),
        setup=peered,
    ),
    Case(
        "network:VirtualNetworkPeering",
        "a peering with itself",
        lambda azure: peering(azure, NETWORK, NETWORK),
        "InvalidRequestFormat",
        ("cannot be peered with itself",),
        setup=with_network,
    ),
    Case(
        "network:VirtualNetworkPeering",
        "one direction recreated while the other is disconnected",
        lambda azure: (azure.delete(azure[f"{NETWORK} to-remote"]), peering(azure, NETWORK, "vnet-other")),
        "RemotePeeringIsDisconnected",
        ("is in Disconnected state",),
        setup=peered,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)
