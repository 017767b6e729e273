"""AKS's refusals of agent pools: subnets and public addresses of nodes."""

from __future__ import annotations

from typing import Any, Final

import pytest

from azure_rehearsal.protocol.provider import CreatedButFailed
from simulator_tests.azure.harness import GROUP, AzureHarness, Case, Deployed, refused
from simulator_tests.azure.pool_setup import prefix_with_role, refused_pool, subnet_with_role


def other_network(azure: AzureHarness) -> str:
    azure.network("vnet-other", "10.20.0.0/16")
    return subnet_with_role(azure, "snet-other", "10.20.0.0/24", virtualNetworkName="vnet-other")


def web_group(azure: AzureHarness, **inputs: Any) -> str:
    return azure.make(
        "network:ApplicationSecurityGroup",
        "asg",
        resourceGroupName=GROUP,
        applicationSecurityGroupName="asg",
        **inputs,
    ).id


def cluster_behind_prefix(azure: AzureHarness) -> Deployed:
    """A cluster with a public prefix as outbound address."""
    prefix = {"id": prefix_with_role(azure)}
    profile = {"loadBalancerProfile": {"outboundIPPrefixes": {"publicIPPrefixes": [prefix]}}}
    inputs = azure.cluster_inputs(azure["id-cluster"], azure["snet-nodes"], networkProfile=profile)
    return azure.make("containerservice:ManagedCluster", "aks", **inputs)


def routed_cluster(azure: AzureHarness) -> Deployed:
    """A cluster with outbound type userDefinedRouting."""
    identity, subnet = azure.cluster_prerequisites()
    route = {"name": "out", "addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"}
    table = azure.make("network:RouteTable", "rt", resourceGroupName=GROUP, routeTableName="rt", routes=[route])
    azure.change(subnet, routeTable={"id": table.id})
    inputs = azure.cluster_inputs(identity, subnet, networkProfile={"outboundType": "userDefinedRouting"})
    return azure.make("containerservice:ManagedCluster", "aks", **inputs)


CASES: Final = [
    # Subnets
    refused_pool(
        "a delegated subnet",
        "SubnetIsDelegated",
        "cannot be used as it's a delegated subnet",
        changes=lambda azure: {
            "vnetSubnetID": subnet_with_role(
                azure,
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
        changes=lambda azure: {"vnetSubnetID": other_network(azure)},
    ),
    refused_pool(
        "no subnet although other pools have one",
        "InvalidParameter",
        "has no subnet",
        changes={"vnetSubnetID": None},
    ),
    refused_pool(
        "a subnet that the identity cannot join",
        "LinkedAuthorizationFailed",
        "subnets/join/action",
        "snet-b",
        changes=lambda azure: {"vnetSubnetID": azure.subnet("snet-b", "10.10.8.0/24").id},
    ),
    refused_pool(
        "a subnet that does not exist",
        "ResourceNotFound",
        "snet-nodes-x",
        changes=lambda azure: {"vnetSubnetID": azure["snet-nodes"].id + "-x"},
    ),
    refused_pool(
        "more nodes and surge than the subnet has addresses",
        "InsufficientSubnetSize",
        "Pre-allocated IPs 13 exceeds IPs available 11 in Subnet Cidr 10.10.8.0/28",
        changes=lambda azure: {
            "vnetSubnetID": subnet_with_role(azure, "snet-b", "10.10.8.0/28"),
            "count": 11,
        },
    ),
    refused_pool(
        "more nodes than the pod range has space for",
        "InsufficientSubnetSize",
        "Pre-allocated IPs 1536 exceeds IPs available 1024 in Subnet Cidr 100.64.0.0/22",
        changes={"count": 2},
        setup=lambda azure: azure.cluster(networkProfile={"podCidr": "100.64.0.0/22"}),
    ),
    # Public addresses of nodes
    refused_pool(
        "a prefix without public addresses",
        "NodePublicIPCanNotBeFalseWithIPPrefixSet",
        "enableNodePublicIP",
        changes=lambda azure: {"nodePublicIPPrefixID": prefix_with_role(azure)},
    ),
    refused_pool(
        "a prefix of another region",
        "InvalidPublicIPPrefixDifferentLocation",
        "eastus",
        changes=lambda azure: {
            "enableNodePublicIP": True,
            "nodePublicIPPrefixID": prefix_with_role(azure, location="eastus"),
        },
    ),
    refused_pool(
        "a prefix that the identity cannot join",
        "LinkedAuthorizationFailed",
        "publicIPPrefixes/join/action",
        changes=lambda azure: {"enableNodePublicIP": True, "nodePublicIPPrefixID": azure.prefix().id},
    ),
    refused_pool(
        "a prefix of the load balancer",
        "PublicIPPrefixIsAttachedToLoadBalancer",
        "managedClusters/aks-shop",
        changes=lambda azure: {"enableNodePublicIP": True, "nodePublicIPPrefixID": azure["ippre-web"].id},
        setup=lambda azure: (azure.cluster_prerequisites(), cluster_behind_prefix(azure)),
    ),
    refused_pool(
        "public addresses behind a route table",
        "UDRWithNodePublicIPNotAllowed",
        "userDefinedRouting",
        changes={"enableNodePublicIP": True},
        setup=routed_cluster,
    ),
    refused_pool(
        "an inverted host port range",
        "InvalidParameter",
        "29999-8000",
        changes={"networkProfile": {"allowedHostPorts": [{"portStart": 29999, "portEnd": 8000, "protocol": "UDP"}]}},
    ),
    refused_pool(
        "an application group of another region",
        "InvalidResourceReference",
        "eastus",
        changes=lambda azure: {"networkProfile": {"applicationSecurityGroups": [web_group(azure, location="eastus")]}},
    ),
    refused_pool(
        "an application group that the identity cannot join",
        "LinkedAuthorizationFailed",
        "applicationSecurityGroups/joinIpConfiguration/action",
        changes=lambda azure: {"networkProfile": {"applicationSecurityGroups": [web_group(azure)]}},
    ),
]


def test_a_pool_larger_than_its_prefix_fails_to_provision(azure: AzureHarness) -> None:
    """AKS accepts the pool, but the scale set has too few addresses."""
    azure.cluster()
    prefix = prefix_with_role(azure, 31)

    with pytest.raises(CreatedButFailed) as caught:
        azure.pool(enableNodePublicIP=True, nodePublicIPPrefixID=prefix, count=3)

    assert caught.value.code == "PublicIpPrefixOutOfIpAddressesForVMScaleSet"
    assert "has 2 addresses; 3 are needed" in caught.value.message
    assert caught.value.outputs["provisioningState"] == "Failed"
    assert caught.value.id in azure.cloud.leftovers()


def test_two_pools_can_share_a_prefix_with_enough_addresses(azure: AzureHarness) -> None:
    azure.cluster()
    shared = {"enableNodePublicIP": True, "nodePublicIPPrefixID": prefix_with_role(azure)}
    azure.pool("weba", **shared, count=7)
    azure.pool("webb", **shared, count=7)

    with pytest.raises(CreatedButFailed) as caught:
        azure.pool("webc", **shared, count=3)

    assert "17 are needed" in caught.value.message


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)
