"""AKS's refusals of clusters: ranges, dataplane, outbound type, API server."""

from __future__ import annotations

from typing import Any, Final

import pytest

from simulator_tests.azure.cluster_setup import (
    SYSTEM_POOL,
    access,
    api_server_subnet,
    network,
    refused_cluster,
    refused_edit,
)
from simulator_tests.azure.harness import GROUP, NETWORK, AzureHarness, Case, refused

OTHER_SERVICE: Final = [{"name": "pg", "serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}]


def private_zone(azure: AzureHarness, name: str) -> dict[str, Any]:
    zone = azure.make("privatedns:PrivateZone", name, resourceGroupName=GROUP, privateZoneName=name, location="global")
    return access(enablePrivateCluster=True, privateDNSZone=zone.id)


def with_empty_route_table(azure: AzureHarness) -> None:
    """A node subnet with an empty route table."""
    azure.cluster_prerequisites()
    table = azure.make("network:RouteTable", "rt", resourceGroupName=GROUP, routeTableName="rt")
    azure.change(azure["snet-nodes"], routeTable={"id": table.id})


def empty_gateway(azure: AzureHarness) -> None:
    azure.cluster_prerequisites()
    made = azure.make(
        "network:NatGateway", "ng", resourceGroupName=GROUP, natGatewayName="ng", sku={"name": "Standard"}
    )
    azure.change(azure["snet-nodes"], natGateway={"id": made.id})


def outbound_address(azure: AzureHarness, **inputs: Any) -> dict[str, Any]:
    address = azure.address(**inputs)
    return network(loadBalancerProfile={"outboundIPs": {"publicIPs": [{"id": address.id}]}})


def gateway_address(azure: AzureHarness) -> dict[str, Any]:
    changes = outbound_address(azure)
    azure.make(
        "network:NatGateway",
        "ng",
        resourceGroupName=GROUP,
        natGatewayName="ng",
        sku={"name": "Standard"},
        publicIpAddresses=[{"id": azure["pip-out"].id}],
    )
    return changes


CASES: Final = [
    # Ranges
    refused_cluster(
        "a service range inside the network",
        "ServiceCidrOverlapExistingSubnetsCidr",
        "service CIDR 10.10.0.0/20",
        NETWORK,
        changes=network(serviceCidr="10.10.0.0/20", dnsServiceIP="10.10.0.10"),
    ),
    refused_cluster(
        "a pod range that contains the network",
        "PodCidrOverlapExistingSubnetsCidr",
        "pod CIDR 10.0.0.0/8",
        changes=network(podCidr="10.0.0.0/8"),
    ),
    refused_cluster(
        "pods and services that overlap",
        "PodCidrOverlapServiceCidr",
        "100.64.0.0/16",
        "100.64.16.0/20",
        changes=network(serviceCidr="100.64.16.0/20", dnsServiceIP="100.64.16.10"),
    ),
    refused_cluster(
        "a reserved range",
        "InvalidParameter",
        "172.30.0.0/20 overlaps with 172.30.0.0/16, which AKS reserves",
        changes=network(serviceCidr="172.30.0.0/20", dnsServiceIP="172.30.0.10"),
    ),
    refused_cluster(
        "a service range of /12",
        "InvalidParameter",
        "172.16.0.0/12 is too large",
        changes=network(serviceCidr="172.16.0.0/12"),
    ),
    refused_cluster(
        "a pod range with host bits",
        "CidrStringParseError",
        "networkProfile.podCidr",
        "100.64.0.1/16",
        changes=network(podCidr="100.64.0.1/16"),
    ),
    refused_cluster(
        "a DNS address outside the services",
        "DnsServiceIpOutOfServiceCidr",
        "172.17.0.10",
        "172.16.0.0/20",
        changes=network(dnsServiceIP="172.17.0.10"),
    ),
    refused_cluster(
        "the API server's address as DNS address",
        "DnsServiceIpConflicting",
        "first address",
        changes=network(dnsServiceIP="172.16.0.1"),
    ),
    refused_cluster(
        "the broadcast address as DNS address",
        "DnsBroadcastAddressConflicting",
        "172.16.15.255",
        changes=network(dnsServiceIP="172.16.15.255"),
    ),
    refused_cluster(
        "a service range without a DNS address",
        "InvalidParameter",
        "networkProfile.dnsServiceIP",
        "missing",
        changes=network(dnsServiceIP=None),
    ),
    refused_edit(
        "another service range in place",
        "PropertyChangeNotAllowed",
        "networkProfile.serviceCidr",
        changes=network(serviceCidr="172.20.0.0/20", dnsServiceIP="172.20.0.10"),
    ),
    # Dataplane and outbound type
    refused_cluster(
        "the Cilium dataplane without Azure CNI",
        "InvalidParameter",
        "networkDataplane cilium requires networkPlugin azure",
        changes=network(networkPlugin="none", networkPluginMode=None),
    ),
    refused_cluster(
        "overlay without Azure CNI",
        "InvalidParameter",
        "networkPluginMode overlay requires networkPlugin azure",
        changes=network(networkPlugin="none", networkDataplane=None, networkPolicy=None),
    ),
    refused_cluster(
        "the Cilium policy without its dataplane",
        "NetworkPolicyNotSupported",
        "requires networkDataplane cilium",
        changes=network(networkDataplane="azure"),
    ),
    refused_cluster(
        "a managed NAT gateway in a custom network",
        "ManagedNATGatewayWithCustomVNetNotAllowed",
        "managedNATGateway",
        changes=network(outboundType="managedNATGateway"),
    ),
    refused_cluster(
        "a subnet without the required NAT gateway",
        "SubnetNotAssociatedWithNATGateway",
        "snet-nodes",
        changes=network(outboundType="userAssignedNATGateway"),
    ),
    refused_cluster(
        "a NAT gateway without addresses",
        "NATGatewayNotAssociatedWithPublicIPOrIPPrefix",
        "ng",
        changes=network(outboundType="userAssignedNATGateway"),
        setup=empty_gateway,
    ),
    refused_cluster(
        "a NAT gateway without a network",
        "UserAssignedNATGatewayWithManagedVNetNotAllowed",
        "userAssignedNATGateway",
        changes={"agentPoolProfiles": [SYSTEM_POOL], **network(outboundType="userAssignedNATGateway")},
    ),
    refused_cluster(
        "user-defined routes without a table",
        "ExistingRouteTableNotAssociatedWithSubnet",
        "snet-nodes",
        changes=network(outboundType="userDefinedRouting"),
    ),
    refused_cluster(
        "a route table without a default route",
        "RouteTableMissingDefaultRouteError",
        "0.0.0.0/0",
        changes=network(outboundType="userDefinedRouting"),
        setup=with_empty_route_table,
    ),
    refused_cluster(
        "user-defined routes and a load balancer",
        "InvalidUserDefinedRoutingWithLoadBalancerProfile",
        "exclude each other",
        changes=network(outboundType="userDefinedRouting", loadBalancerProfile={"idleTimeoutInMinutes": 4}),
        setup=with_empty_route_table,
    ),
    refused_cluster(
        "the Basic load balancer",
        "InvalidLoadBalancerSku",
        "basic",
        changes=network(loadBalancerSku="basic"),
    ),
    refused_cluster(
        "outbound ports that are not a multiple of eight",
        "LoadBalancerProfileAllocatedOutboundPortsMustBeMultipleOfEight",
        "1001",
        changes=network(loadBalancerProfile={"allocatedOutboundPorts": 1001}),
    ),
    refused_cluster(
        "more outbound ports than available",
        "InsufficientOutboundPorts",
        "96000",
        "64000",
        changes=network(loadBalancerProfile={"allocatedOutboundPorts": 32000}),
    ),
    refused_cluster(
        "an outbound address of another region",
        "LoadBalancerProfileOutboundIPNotInTheSameRegion",
        "eastus",
        changes=lambda azure: outbound_address(azure, location="eastus"),
    ),
    refused_cluster(
        "an outbound address of a NAT gateway",
        "LoadBalancerProfileOutboundIPAttachedToAnotherIPConfiguration",
        "natGateways/ng",
        changes=gateway_address,
    ),
    refused_cluster(
        "an outbound address that the identity cannot join",
        "LinkedAuthorizationFailed",
        "publicIPAddresses/join/action",
        "pip-out",
        changes=outbound_address,
    ),
    # The API server
    refused_cluster(
        "authorized ranges of a private cluster",
        "InvalidParameter",
        "authorized IP ranges are not supported for private clusters",
        changes=access(enablePrivateCluster=True, authorizedIPRanges=["203.0.113.0/24"]),
    ),
    refused_cluster(
        "an authorized range with host bits",
        "InvalidParameter",
        "'203.0.113.7/24'",
        changes=access(authorizedIPRanges=["203.0.113.7/24"]),
    ),
    refused_cluster(
        "more than 200 authorized ranges",
        "InvalidParameter",
        "there are 201 ranges",
        changes=access(authorizedIPRanges=[f"203.0.113.{number}/32" for number in range(201)]),
    ),
    refused_cluster(
        "a private zone of a public cluster",
        "InvalidPrivateDNSZoneMode",
        "'system'",
        changes=access(privateDNSZone="system"),
    ),
    refused_cluster(
        "neither a private zone nor a public name",
        "NonePrivateDNSZonePublicFQDNDisabledError",
        "enablePrivateClusterPublicFQDN",
        changes=access(enablePrivateCluster=True, privateDNSZone="none", enablePrivateClusterPublicFQDN=False),
    ),
    refused_cluster(
        "a private zone of another region",
        "InvalidPrivateDNSZoneResourceID",
        "privatelink.westeurope.azmk8s.io",
        changes=lambda azure: private_zone(azure, "privatelink.eastus.azmk8s.io"),
    ),
    refused_cluster(
        "a private zone that the identity cannot write to",
        "CustomPrivateDNSZoneMissingPermissionError",
        "Microsoft.Network/privateDnsZones/read",
        changes=lambda azure: private_zone(azure, "privatelink.westeurope.azmk8s.io"),
    ),
    refused_cluster(
        "a private zone for a system-assigned identity",
        "SystemAssignedIdentityNotSupportedForCustomPrivateDNSZone",
        "system-assigned",
        changes=lambda azure: {
            **private_zone(azure, "privatelink.westeurope.azmk8s.io"),
            "identity": {"type": "SystemAssigned", "userAssignedIdentities": None},
        },
    ),
    refused_cluster(
        "API server integration without a subnet",
        "ApiserverSubnetConfigError",
        "subnetId should not be empty",
        changes=access(enableVnetIntegration=True),
    ),
    refused_cluster(
        "an API server subnet without delegation",
        "ApiserverSubnetConfigError",
        "delegated to []",
        "Microsoft.ContainerService/managedClusters",
        changes=lambda azure: api_server_subnet(azure, delegations=[]),
    ),
    refused_cluster(
        "an API server subnet that is delegated to another service",
        "ApiserverSubnetConfigError",
        "delegated to [Microsoft.DBforPostgreSQL/flexibleServers]",
        changes=lambda azure: api_server_subnet(azure, delegations=OTHER_SERVICE),
    ),
    refused_cluster(
        "an API server subnet of eight addresses",
        "ApiserverSubnetConfigError",
        "10.10.9.0/29 is too small",
        changes=lambda azure: api_server_subnet(azure, "10.10.9.0/29"),
    ),
    refused_cluster(
        "an API server subnet that the identity cannot join",
        "LinkedAuthorizationFailed",
        "subnets/join/action",
        "snet-api",
        changes=api_server_subnet,
    ),
    refused_edit(
        "a change from public to private",
        "PropertyChangeNotAllowed",
        "apiServerAccessProfile.enablePrivateCluster",
        changes=access(enablePrivateCluster=True),
        setup=lambda azure: azure.cluster(**access(enablePrivateCluster=False)),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)
