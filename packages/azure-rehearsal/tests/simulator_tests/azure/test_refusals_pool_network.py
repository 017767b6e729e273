"""AKS's refusals of agent pools: subnets and public addresses of nodes."""

from __future__ import annotations

from typing import Any, Final

import pytest

from azure_rehearsal.protocol.provider import CreatedButFailed
from simulator_tests.azure.pool_setup import prefix_with_role, refused_pool, subnet_with_role
from simulator_tests.azure.world import GROUP, Case, Made, World, refused


def other_network(world: World) -> str:
    world.network("vnet-other", "10.20.0.0/16")
    return subnet_with_role(world, "snet-other", "10.20.0.0/24", virtualNetworkName="vnet-other")


def media_group(world: World, **inputs: Any) -> str:
    return world.make(
        "network:ApplicationSecurityGroup",
        "asg",
        resourceGroupName=GROUP,
        applicationSecurityGroupName="asg",
        **inputs,
    ).id


def cluster_behind_prefix(world: World) -> Made:
    """A cluster that goes out through a public prefix."""
    prefix = {"id": prefix_with_role(world)}
    profile = {"loadBalancerProfile": {"outboundIPPrefixes": {"publicIPPrefixes": [prefix]}}}
    inputs = world.cluster_inputs(world["id-cluster"], world["snet-nodes"], networkProfile=profile)
    return world.make("containerservice:ManagedCluster", "aks", **inputs)


def routed_cluster(world: World) -> Made:
    """A cluster whose way out is a route table."""
    identity, subnet = world.place_for_cluster()
    route = {"name": "out", "addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"}
    table = world.make("network:RouteTable", "rt", resourceGroupName=GROUP, routeTableName="rt", routes=[route])
    world.change(subnet, routeTable={"id": table.id})
    inputs = world.cluster_inputs(identity, subnet, networkProfile={"outboundType": "userDefinedRouting"})
    return world.make("containerservice:ManagedCluster", "aks", **inputs)


CASES: Final = [
    # Subnets
    refused_pool(
        "a delegated subnet",
        "SubnetIsDelegated",
        "cannot be used as it's a delegated subnet",
        changes=lambda world: {
            "vnetSubnetID": subnet_with_role(
                world,
                "snet-pg",
                "10.10.12.0/26",
                delegations=[{"name": "pg", "serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}],
            )
        },
    ),
    refused_pool(
        "a subnet of another network",
        "InvalidParameter",
        "vnet-other",
        "one virtual network",
        changes=lambda world: {"vnetSubnetID": other_network(world)},
    ),
    refused_pool(
        "no subnet beside pools that have one",
        "InvalidParameter",
        "has no subnet",
        changes={"vnetSubnetID": None},
    ),
    refused_pool(
        "a subnet that the identity may not join",
        "LinkedAuthorizationFailed",
        "subnets/join/action",
        "snet-b",
        changes=lambda world: {"vnetSubnetID": world.subnet("snet-b", "10.10.8.0/24").id},
    ),
    refused_pool(
        "a subnet that does not exist",
        "ResourceNotFound",
        "snet-nodes-x",
        changes=lambda world: {"vnetSubnetID": world["snet-nodes"].id + "-x"},
    ),
    refused_pool(
        "more nodes and surge than the subnet has addresses",
        "InsufficientSubnetSize",
        "Pre-allocated IPs 13 exceeds IPs available 11 in Subnet Cidr 10.10.8.0/28",
        changes=lambda world: {
            "vnetSubnetID": subnet_with_role(world, "snet-b", "10.10.8.0/28"),
            "count": 11,
        },
    ),
    refused_pool(
        "more nodes than the pod range has room for",
        "InsufficientPodCidr",
        "100.64.0.0/22 has space for 4 nodes",
        changes={"count": 2},
        given=lambda world: world.cluster(networkProfile={"podCidr": "100.64.0.0/22"}),
    ),
    # Public addresses of nodes
    refused_pool(
        "a prefix without public addresses",
        "NodePublicIPCanNotBeFalseWithIPPrefixSet",
        "enableNodePublicIP",
        changes=lambda world: {"nodePublicIPPrefixID": prefix_with_role(world)},
    ),
    refused_pool(
        "a prefix of another region",
        "InvalidPublicIPPrefixDifferentLocation",
        "eastus",
        changes=lambda world: {
            "enableNodePublicIP": True,
            "nodePublicIPPrefixID": prefix_with_role(world, location="eastus"),
        },
    ),
    refused_pool(
        "a prefix that the identity may not join",
        "LinkedAuthorizationFailed",
        "publicIPPrefixes/join/action",
        changes=lambda world: {"enableNodePublicIP": True, "nodePublicIPPrefixID": world.prefix().id},
    ),
    refused_pool(
        "a prefix of the load balancer",
        "PublicIPPrefixIsAttachedToLoadBalancer",
        "managedClusters/aks-voice",
        changes=lambda world: {"enableNodePublicIP": True, "nodePublicIPPrefixID": world["ippre-media"].id},
        given=lambda world: (world.place_for_cluster(), cluster_behind_prefix(world)),
    ),
    refused_pool(
        "public addresses behind a route table",
        "UDRWithNodePublicIPNotAllowed",
        "userDefinedRouting",
        changes={"enableNodePublicIP": True},
        given=routed_cluster,
    ),
    refused_pool(
        "host ports that run backwards",
        "InvalidParameter",
        "29999-16384",
        changes={"networkProfile": {"allowedHostPorts": [{"portStart": 29999, "portEnd": 16384, "protocol": "UDP"}]}},
    ),
    refused_pool(
        "an application group of another region",
        "InvalidResourceReference",
        "eastus",
        changes=lambda world: {
            "networkProfile": {"applicationSecurityGroups": [media_group(world, location="eastus")]}
        },
    ),
    refused_pool(
        "an application group that the identity may not join",
        "LinkedAuthorizationFailed",
        "applicationSecurityGroups/joinIpConfiguration/action",
        changes=lambda world: {"networkProfile": {"applicationSecurityGroups": [media_group(world)]}},
    ),
]


def test_a_pool_larger_than_its_prefix_exists_but_fails(world: World) -> None:
    """AKS accepts the pool; the scale set then runs out of addresses."""
    world.cluster()
    prefix = prefix_with_role(world, 31)

    with pytest.raises(CreatedButFailed) as caught:
        world.pool(enableNodePublicIP=True, nodePublicIPPrefixID=prefix, count=3)

    assert caught.value.code == "PublicIpPrefixOutOfIpAddressesForVMScaleSet"
    assert "has 2 addresses; 3 are needed" in caught.value.message
    assert caught.value.outputs["provisioningState"] == "Failed"
    assert caught.value.id in world.cloud.leftovers()


def test_two_generations_share_a_prefix_as_long_as_it_has_addresses(world: World) -> None:
    world.cluster()
    shared = {"enableNodePublicIP": True, "nodePublicIPPrefixID": prefix_with_role(world)}
    world.pool("sipa", **shared, count=7)
    world.pool("sipb", **shared, count=7)

    with pytest.raises(CreatedButFailed) as caught:
        world.pool("sipc", **shared, count=3)

    assert "17 are needed" in caught.value.message


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)
