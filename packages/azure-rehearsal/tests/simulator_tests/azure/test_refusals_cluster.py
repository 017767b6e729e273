"""What AKS refuses of clusters and maintenance windows, in its own words."""

from __future__ import annotations

from typing import Any, Final

import pytest

from simulator_tests.azure.world import GROUP, NETWORK, Case, Made, World, merged, refused

SYSTEM_POOL: Final = {"name": "system", "mode": "System", "vmSize": "Standard_D4s_v5", "count": 2}
API_SERVER: Final = [{"name": "aks", "serviceName": "Microsoft.ContainerService/managedClusters"}]
OTHER_SERVICE: Final = [{"name": "pg", "serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}]


def cluster(world: World, **changes: Any) -> Made:
    """A cluster in a world that `World.place_for_cluster` has prepared."""
    inputs = world.cluster_inputs(world["id-cluster"], world["snet-nodes"], **changes)
    return world.make("containerservice:ManagedCluster", "aks", **inputs)


def pools(world: World, *changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [merged({**SYSTEM_POOL, "vnetSubnetID": world["snet-nodes"].id}, change) for change in changes]


def network(**changes: Any) -> dict[str, Any]:
    return {"networkProfile": changes}


def access(**changes: Any) -> dict[str, Any]:
    return {"apiServerAccessProfile": changes}


def api_server_subnet(world: World, prefix: str = "10.10.9.0/28", delegations: Any = None) -> dict[str, Any]:
    world.subnet("snet-api", prefix, delegations=API_SERVER if delegations is None else delegations)
    return access(enableVnetIntegration=True, subnetId=world["snet-api"].id)


def private_zone(world: World, name: str) -> dict[str, Any]:
    zone = world.make("privatedns:PrivateZone", name, resourceGroupName=GROUP, privateZoneName=name, location="global")
    return access(enablePrivateCluster=True, privateDNSZone=zone.id)


def kubelet(world: World, **changes: Any) -> dict[str, Any]:
    identity = world.identity("id-kubelet")
    profile = {
        "resourceId": identity.id,
        "clientId": identity["clientId"],
        "objectId": identity["principalId"],
        **changes,
    }
    return {"identityProfile": {"kubeletidentity": profile}}


def maintenance(world: World, name: str = "aksManagedAutoUpgradeSchedule", **changes: Any) -> Made:
    window = {
        "schedule": {"weekly": {"dayOfWeek": "Sunday", "intervalWeeks": 1}},
        "durationHours": 4,
        "startTime": "02:00",
    }
    inputs = {
        "resourceGroupName": GROUP,
        "resourceName": "aks-voice",
        "configName": name,
        "maintenanceWindow": window,
    }
    return world.make("containerservice:MaintenanceConfiguration", name, **merged(inputs, changes))


def refused_cluster(
    name: str, code: str, *words: str, changes: Any = None, given: Any = World.place_for_cluster
) -> Case:
    """A cluster with these changes, which may be a function of the world."""

    def write(world: World) -> Made:
        return cluster(world, **(changes(world) if callable(changes) else changes))

    return Case("containerservice:ManagedCluster", name, write, code, words, given=given)


def refused_edit(name: str, code: str, *words: str, changes: Any, given: Any = World.cluster) -> Case:
    """A change of a cluster that is there."""

    def write(world: World) -> Made:
        return world.change(world["aks"], **(changes(world) if callable(changes) else changes))

    return Case("containerservice:ManagedCluster", name, write, code, words, given=given)


def routes_out(world: World) -> None:
    """A node subnet with a route table that leads nowhere."""
    world.place_for_cluster()
    table = world.make("network:RouteTable", "rt", resourceGroupName=GROUP, routeTableName="rt")
    world.change(world["snet-nodes"], routeTable={"id": table.id})


def empty_gateway(world: World) -> None:
    world.place_for_cluster()
    made = world.make(
        "network:NatGateway", "ng", resourceGroupName=GROUP, natGatewayName="ng", sku={"name": "Standard"}
    )
    world.change(world["snet-nodes"], natGateway={"id": made.id})


def outbound_address(world: World, **inputs: Any) -> dict[str, Any]:
    address = world.address(**inputs)
    return network(loadBalancerProfile={"outboundIPs": {"publicIPs": [{"id": address.id}]}})


def gateway_address(world: World) -> dict[str, Any]:
    changes = outbound_address(world)
    world.make(
        "network:NatGateway",
        "ng",
        resourceGroupName=GROUP,
        natGatewayName="ng",
        sku={"name": "Standard"},
        publicIpAddresses=[{"id": world["pip-out"].id}],
    )
    return changes


def private_cluster(world: World) -> Made:
    return world.cluster(**access(enablePrivateCluster=True))


CASES: Final = [
    # Names, identity, version
    refused_cluster(
        "a node resource group that exists",
        "NodeResourceGroupAlreadyExists",
        "rg-nodes",
        changes=lambda world: (world.group("rg-nodes"), {"nodeResourceGroup": "rg-nodes"})[1],
    ),
    refused_cluster(
        "its own group as node resource group",
        "NodeResourceGroupSameAsResourceGroup",
        GROUP,
        changes={"nodeResourceGroup": GROUP},
    ),
    refused_cluster(
        "a node resource group of more than 80 characters",
        "InvalidParameter",
        "nodeResourceGroup",
        "80",
        changes={"nodeResourceGroup": "rg-" + "x" * 80},
    ),
    refused_cluster("no DNS prefix", "InvalidParameter", "dnsPrefix", changes={"dnsPrefix": None}),
    refused_cluster(
        "a DNS prefix with an underscore", "InvalidParameter", "'voice_eu'", changes={"dnsPrefix": "voice_eu"}
    ),
    refused_cluster(
        "a subdomain without a private zone",
        "InvalidParameter",
        "fqdnSubdomain",
        changes={"dnsPrefix": None, "fqdnSubdomain": "voice"},
    ),
    refused_cluster(
        "no identity", "InvalidParameter", "Required parameter identity is missing", changes={"identity": None}
    ),
    refused_cluster(
        "a user-assigned identity that is not named",
        "InvalidParameter",
        "UserAssigned with 0",
        changes={"identity": {"userAssignedIdentities": []}},
    ),
    refused_cluster(
        "an identity that does not exist",
        "ResourceNotFound",
        "userAssignedIdentities/id-x",
        changes=lambda world: {"identity": {"userAssignedIdentities": [world["id-cluster"].id[:-7] + "x"]}},
    ),
    refused_cluster(
        "a Kubernetes version that is no longer offered",
        "K8sVersionNotSupported",
        "1.28",
        "1.35",
        "1.37",
        changes={"kubernetesVersion": "1.28"},
    ),
    refused_cluster(
        "a patch that does not exist yet",
        "K8sVersionNotSupported",
        "1.36.99",
        changes={"kubernetesVersion": "1.36.99"},
    ),
    refused_edit(
        "a downgrade",
        "OperationNotAllowed",
        "Upgrading Kubernetes version 1.36.2 to 1.35.6 is not allowed",
        "downgrades are not possible",
        changes={"kubernetesVersion": "1.35"},
    ),
    refused_edit(
        "an upgrade by two minor versions",
        "OperationNotAllowed",
        "1.35.6 to 1.37.0 is not allowed",
        "Available upgrades: [1.36.2]",
        changes={"kubernetesVersion": "1.37"},
        given=lambda world: world.cluster(kubernetesVersion="1.35"),
    ),
    # Properties
    refused_cluster(
        "a property that there is not",
        "InvalidRequestContent",
        "Could not find member 'dns_prefix'",
        "Microsoft.ContainerService/managedClusters",
        changes={"dns_prefix": "voice"},
    ),
    refused_cluster(
        "a property of a newer API",
        "InvalidRequestContent",
        "Could not find member 'gatewayAPI'",
        "ingressProfile",
        changes={"ingressProfile": {"gatewayAPI": {"installation": "Standard"}}},
    ),
    refused_cluster(
        "a value outside an enumeration",
        "InvalidParameter",
        "'calico2'",
        "networkProfile.networkPolicy",
        "'cilium'",
        changes=network(networkPolicy="calico2"),
    ),
    # Pools
    refused_cluster(
        "no System pool",
        "MustDefineAtLeastOneSystemPool",
        "Must define at least one system pool",
        changes=lambda world: {"agentPoolProfiles": pools(world, {"mode": "User"})},
    ),
    refused_cluster(
        "two pools of one name",
        "InvalidParameter",
        "'system' is used by 2 pools",
        changes=lambda world: {"agentPoolProfiles": pools(world, {}, {})},
    ),
    refused_edit(
        "another VM size of the inline pool",
        "PropertyChangeNotAllowed",
        "'properties.vmSize' is not allowed",
        changes=lambda world: {"agentPoolProfiles": pools(world, {"vmSize": "Standard_D8s_v5"})},
    ),
    # Ranges
    refused_cluster(
        "a service range inside the network",
        "ServiceCidrOverlapExistingSubnetsCidr",
        "service CIDR 10.10.0.0/20",
        NETWORK,
        changes=network(serviceCidr="10.10.0.0/20", dnsServiceIP="10.10.0.10"),
    ),
    refused_cluster(
        "a pod range that holds the network",
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
        "the API server's address for DNS",
        "DnsServiceIpConflicting",
        "first address",
        changes=network(dnsServiceIP="172.16.0.1"),
    ),
    refused_cluster(
        "the broadcast address for DNS",
        "DnsBroadcastAddressConflicting",
        "172.16.15.255",
        changes=network(dnsServiceIP="172.16.15.255"),
    ),
    refused_cluster(
        "no DNS address beside a service range",
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
    # Dataplane and ways out
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
        "a pod range without overlay",
        "InvalidParameter",
        "podCidr 100.64.0.0/16 is only for overlay",
        changes=network(networkPluginMode=None),
    ),
    refused_cluster(
        "a managed NAT gateway in a network of one's own",
        "ManagedNATGatewayWithCustomVNetNotAllowed",
        "managedNATGateway",
        changes=network(outboundType="managedNATGateway"),
    ),
    refused_cluster(
        "a subnet without the NAT gateway that it needs",
        "SubnetNotAssociatedWithNATGateway",
        "snet-nodes",
        changes=network(outboundType="userAssignedNATGateway"),
    ),
    refused_cluster(
        "a NAT gateway without addresses",
        "NATGatewayNotAssociatedWithPublicIPOrIPPrefix",
        "ng",
        changes=network(outboundType="userAssignedNATGateway"),
        given=empty_gateway,
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
        given=routes_out,
    ),
    refused_cluster(
        "user-defined routes and a load balancer",
        "InvalidUserDefinedRoutingWithLoadBalancerProfile",
        "exclude each other",
        changes=network(outboundType="userDefinedRouting", loadBalancerProfile={"idleTimeoutInMinutes": 4}),
        given=routes_out,
    ),
    refused_cluster(
        "the Basic load balancer",
        "InvalidLoadBalancerSku",
        "basic",
        changes=network(loadBalancerSku="basic"),
    ),
    refused_cluster(
        "outbound ports that are no multiple of eight",
        "LoadBalancerProfileAllocatedOutboundPortsMustBeMultipleOfEight",
        "1001",
        changes=network(loadBalancerProfile={"allocatedOutboundPorts": 1001}),
    ),
    refused_cluster(
        "more outbound ports than there are",
        "InsufficientOutboundPorts",
        "96000",
        "64000",
        changes=network(loadBalancerProfile={"allocatedOutboundPorts": 32000}),
    ),
    refused_cluster(
        "an outbound address of another region",
        "LoadBalancerProfileOutboundIPNotInTheSameRegion",
        "eastus",
        changes=lambda world: outbound_address(world, location="eastus"),
    ),
    refused_cluster(
        "an outbound address of a NAT gateway",
        "LoadBalancerProfileOutboundIPAttachedToAnotherIPConfiguration",
        "natGateways/ng",
        changes=gateway_address,
    ),
    refused_cluster(
        "an outbound address that the identity may not join",
        "LinkedAuthorizationFailed",
        "publicIPAddresses/join/action",
        "pip-out",
        changes=outbound_address,
    ),
    # The API server
    refused_cluster(
        "authorised ranges of a private cluster",
        "InvalidParameter",
        "authorized IP ranges are not supported for private clusters",
        changes=access(enablePrivateCluster=True, authorizedIPRanges=["203.0.113.0/24"]),
    ),
    refused_cluster(
        "an authorised range with host bits",
        "InvalidParameter",
        "'203.0.113.7/24'",
        changes=access(authorizedIPRanges=["203.0.113.7/24"]),
    ),
    refused_cluster(
        "more than 200 authorised ranges",
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
        "no zone and no public name",
        "NonePrivateDNSZonePublicFQDNDisabledError",
        "enablePrivateClusterPublicFQDN",
        changes=access(enablePrivateCluster=True, privateDNSZone="none", enablePrivateClusterPublicFQDN=False),
    ),
    refused_cluster(
        "a private zone of another region",
        "InvalidPrivateDNSZoneResourceID",
        "privatelink.westeurope.azmk8s.io",
        changes=lambda world: private_zone(world, "privatelink.eastus.azmk8s.io"),
    ),
    refused_cluster(
        "a private zone that the identity may not write",
        "CustomPrivateDNSZoneMissingPermissionError",
        "Microsoft.Network/privateDnsZones/read",
        changes=lambda world: private_zone(world, "privatelink.westeurope.azmk8s.io"),
    ),
    refused_cluster(
        "a private zone for a system-assigned identity",
        "SystemAssignedIdentityNotSupportedForCustomPrivateDNSZone",
        "system-assigned",
        changes=lambda world: {
            **private_zone(world, "privatelink.westeurope.azmk8s.io"),
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
        changes=lambda world: api_server_subnet(world, delegations=[]),
    ),
    refused_cluster(
        "an API server subnet that is delegated to another service",
        "ApiserverSubnetConfigError",
        "delegated to [Microsoft.DBforPostgreSQL/flexibleServers]",
        changes=lambda world: api_server_subnet(world, delegations=OTHER_SERVICE),
    ),
    refused_cluster(
        "an API server subnet of eight addresses",
        "ApiserverSubnetConfigError",
        "10.10.9.0/29 is too small",
        changes=lambda world: api_server_subnet(world, "10.10.9.0/29"),
    ),
    refused_cluster(
        "an API server subnet that the identity may not join",
        "LinkedAuthorizationFailed",
        "subnets/join/action",
        "snet-api",
        changes=api_server_subnet,
    ),
    refused_edit(
        "a public cluster made private",
        "PropertyChangeNotAllowed",
        "apiServerAccessProfile.enablePrivateCluster",
        changes=access(enablePrivateCluster=True),
        given=lambda world: world.cluster(**access(enablePrivateCluster=False)),
    ),
    # Identities and what they may do
    refused_cluster(
        "a node subnet that the identity may not join",
        "LinkedAuthorizationFailed",
        "does not have permission to perform action 'Microsoft.Network/virtualNetworks/subnets/join/action'",
        "Network Contributor",
        changes={},
        given=lambda world: (world.place_for_cluster(), world.delete(next_role(world))),
    ),
    refused_cluster(
        "a kubelet identity that the control plane may not assign",
        "CustomKubeletIdentityMissingPermissionError",
        "'Managed Identity Operator'",
        "id-kubelet",
        changes=kubelet,
    ),
    refused_cluster(
        "a kubelet identity with another's client id",
        "CustomKubeletIdentityPropertyError",
        "clientId",
        changes=lambda world: kubelet(world, clientId=world["id-cluster"]["clientId"]),
    ),
    refused_cluster(
        "a kubelet identity beside a system-assigned one",
        "CustomKubeletIdentityOnlySupportedOnUserAssignedMSICluster",
        "user-assigned",
        changes=lambda world: {
            **kubelet(world),
            "identity": {"type": "SystemAssigned", "userAssignedIdentities": None},
        },
    ),
    # Security, autoscaler, tier, add-ons
    refused_cluster(
        "workload identity without an issuer",
        "InvalidParameter",
        "OIDC issuer must be enabled",
        changes={
            "oidcIssuerProfile": {"enabled": False},
            "securityProfile": {"workloadIdentity": {"enabled": True}},
        },
    ),
    refused_edit(
        "an issuer turned off",
        "OIDCIssuerCannotBeDisabled",
        "cannot be disabled",
        changes={"oidcIssuerProfile": {"enabled": False}},
    ),
    refused_cluster(
        "an image cleaner every hour",
        "InvalidParameter",
        "imageCleaner.intervalHours",
        "24 to 2160",
        changes={"securityProfile": {"imageCleaner": {"enabled": True, "intervalHours": 1}}},
    ),
    refused_cluster(
        "an image cleaner without interval",
        "InvalidParameter",
        "imageCleaner.intervalHours",
        changes={"securityProfile": {"imageCleaner": {"enabled": True}}},
    ),
    refused_cluster(
        "no local accounts and no Entra",
        "InvalidParameter",
        "disableLocalAccounts",
        changes={"disableLocalAccounts": True},
    ),
    refused_cluster(
        "Azure RBAC without Entra",
        "InvalidParameter",
        "aadProfile.enableAzureRBAC",
        changes={"aadProfile": {"enableAzureRBAC": True}},
    ),
    refused_cluster(
        "an admin group by name",
        "InvalidAdminGroupObjectID",
        "'platform-team'",
        changes={"aadProfile": {"managed": True, "adminGroupObjectIDs": ["platform-team"]}},
    ),
    refused_cluster(
        "an autoscaler delay without unit",
        "InvalidParameter",
        "autoScalerProfile.scaleDownDelayAfterAdd",
        "'10'",
        "strings",
        changes={"autoScalerProfile": {"scaleDownDelayAfterAdd": "10"}},
    ),
    refused_cluster(
        "an autoscaler number that is none",
        "InvalidParameter",
        "autoScalerProfile.maxGracefulTerminationSec",
        changes={"autoScalerProfile": {"maxGracefulTerminationSec": "10m"}},
    ),
    refused_cluster(
        "an autoscaler truth that is none",
        "InvalidParameter",
        "autoScalerProfile.skipNodesWithSystemPods",
        changes={"autoScalerProfile": {"skipNodesWithSystemPods": "yes"}},
    ),
    refused_cluster(
        "an autoscaler threshold above one",
        "InvalidParameter",
        "autoScalerProfile.scaleDownUtilizationThreshold",
        changes={"autoScalerProfile": {"scaleDownUtilizationThreshold": "1.5"}},
    ),
    refused_cluster(
        "cost analysis in the free tier",
        "InvalidParameter",
        "metricsProfile.costAnalysis",
        changes={"metricsProfile": {"costAnalysis": {"enabled": True}}},
    ),
    refused_cluster(
        "long-term support in the standard tier",
        "InvalidParameter",
        "supportPlan",
        changes={"supportPlan": "AKSLongTermSupport", "sku": {"name": "Base", "tier": "Standard"}},
    ),
    refused_cluster(
        "an add-on that there is not",
        "AddonInvalid",
        "'kubeDashboard'",
        changes={"addonProfiles": {"kubeDashboard": {"enabled": True}}},
    ),
    refused_cluster(
        "container insights without a workspace",
        "LogAnalyticsWorkspaceNotSet",
        "omsagent",
        changes={"addonProfiles": {"omsagent": {"enabled": True}}},
    ),
    Case(
        "containerservice:ManagedCluster",
        "the deletion of a private cluster whose identity went first",
        lambda world: (world.delete(world["id-cluster"]), world.delete(world["aks"])),
        "GetUserAssignedIdentityResourceError",
        ("id-cluster", "delete the cluster before its identity"),
        given=private_cluster,
    ),
    # Maintenance
    Case(
        "containerservice:MaintenanceConfiguration",
        "a name of one's own",
        lambda world: maintenance(world, "sundays"),
        "InvalidParameter",
        ("'sundays'", "aksManagedNodeOSUpgradeSchedule"),
        given=World.cluster,
    ),
    Case(
        "containerservice:MaintenanceConfiguration",
        "no window",
        lambda world: maintenance(world, maintenanceWindow=None),
        "InvalidParameter",
        ("maintenanceWindow",),
        given=World.cluster,
    ),
    Case(
        "containerservice:MaintenanceConfiguration",
        "a window and the times of old",
        lambda world: maintenance(world, timeInWeek=[{"day": "Sunday", "hourSlots": [2]}]),
        "InvalidParameter",
        ("both maintenanceWindow and timeInWeek",),
        given=World.cluster,
    ),
    Case(
        "containerservice:MaintenanceConfiguration",
        "two schedules",
        lambda world: maintenance(world, maintenanceWindow={"schedule": {"daily": {"intervalDays": 1}}}),
        "InvalidParameter",
        ("daily and weekly", "exactly one"),
        given=World.cluster,
    ),
    Case(
        "containerservice:MaintenanceConfiguration",
        "a daily window for AKS's own releases",
        lambda world: maintenance(
            world, "default", maintenanceWindow={"schedule": {"weekly": None, "daily": {"intervalDays": 1}}}
        ),
        "InvalidParameter",
        ("'default' cannot have a daily schedule",),
        given=World.cluster,
    ),
    Case(
        "containerservice:MaintenanceConfiguration",
        "a cluster that does not exist",
        maintenance,
        "ParentResourceNotFound",
        ("managedClusters/maintenanceConfigurations", "aks-voice"),
        given=World.group,
    ),
]


def next_role(world: World) -> Made:
    """The one role that the cluster's identity holds."""
    return next(made for name, made in world.made.items() if name.startswith("Network Contributor"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)


def test_a_refused_cluster_leaves_nothing_behind(world: World) -> None:
    world.place_for_cluster()
    before = world.cloud.leftovers()

    with refused("VMSizeNotSupported"):
        cluster(world, agentPoolProfiles=pools(world, {"vmSize": "Standard_Imaginary"}))

    assert world.cloud.leftovers() == before
