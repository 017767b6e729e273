"""What AKS refuses of agent pools, in its own words."""

from __future__ import annotations

from typing import Any, Final

import pytest

from azure_rehearsal.protocol.provider import CreatedButFailed
from simulator_tests.azure.world import GROUP, Case, Made, World, refused

POOL: Final = "containerservice:AgentPool"


def subnet_with_role(world: World, name: str, prefix: str, **inputs: Any) -> str:
    subnet = world.subnet(name, prefix, **inputs)
    world.role(world["id-cluster"]["principalId"], "Network Contributor", subnet.id)
    return subnet.id


def prefix_with_role(world: World, length: int = 28, **inputs: Any) -> str:
    prefix = world.prefix(length=length, **inputs)
    world.role(world["id-cluster"]["principalId"], "Network Contributor", prefix.id)
    return prefix.id


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


def inline_pool(world: World) -> Made:
    """The cluster's own pool as a program would adopt it."""
    names = {"resourceGroupName": GROUP, "resourceName": "aks-voice", "agentPoolName": "system"}
    inputs = {**world["aks"].inputs["agentPoolProfiles"][0], **names}
    inputs.pop("name")
    return Made(world.resource(POOL, "system"), world["aks"].id + "/agentPools/system", inputs, {})


def routed_cluster(world: World) -> Made:
    """A cluster whose way out is a route table."""
    identity, subnet = world.place_for_cluster()
    route = {"name": "out", "addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"}
    table = world.make("network:RouteTable", "rt", resourceGroupName=GROUP, routeTableName="rt", routes=[route])
    world.change(subnet, routeTable={"id": table.id})
    inputs = world.cluster_inputs(identity, subnet, networkProfile={"outboundType": "userDefinedRouting"})
    return world.make("containerservice:ManagedCluster", "aks", **inputs)


def refused_pool(name: str, code: str, *words: str, changes: Any, given: Any = World.cluster) -> Case:
    """A pool with these changes, which may be a function of the world."""

    def write(world: World) -> Made:
        return world.pool(**(changes(world) if callable(changes) else changes))

    return Case(POOL, name, write, code, words, given=given)


def refused_edit(name: str, *words: str, before: Any = None, changes: Any, code: str = "") -> Case:
    """A change in place of a pool that is there."""

    def given(world: World) -> None:
        world.cluster()
        world.pool(**(before(world) if callable(before) else before or {}))

    def write(world: World) -> Made:
        return world.change(world["agents"], **(changes(world) if callable(changes) else changes))

    return Case(POOL, name, write, code or "PropertyChangeNotAllowed", words, given=given)


CASES: Final = [
    # Sizes and disks
    refused_pool(
        "a VM size that there is not",
        "VMSizeNotSupported",
        "Standard_D4s_v99",
        "is not allowed in your subscription in location 'westeurope'",
        changes={"vmSize": "Standard_D4s_v99"},
    ),
    refused_pool(
        "an ephemeral disk without a local disk",
        "VMSizeDoesNotSupportEphemeralOS",
        "Standard_D4s_v5",
        "neither a cache nor a temporary disk",
        changes={"osDiskType": "Ephemeral", "osDiskSizeGB": 128},
    ),
    refused_pool(
        "an ephemeral disk larger than the temporary one",
        "VMTemporaryDiskTooSmall",
        "temporary disk of 150 GB",
        "requires 256 GB",
        changes={"vmSize": "Standard_D4ds_v5", "osDiskType": "Ephemeral", "osDiskSizeGB": 256},
    ),
    refused_pool(
        "an ephemeral disk larger than the cache",
        "VMCacheSizeTooSmall",
        "cache of 100 GB",
        changes={"vmSize": "Standard_D4s_v3", "osDiskType": "Ephemeral", "osDiskSizeGB": 128},
    ),
    # Modes
    refused_pool(
        "a System pool of Spot nodes",
        "SystemPoolMustBeRegular",
        "not Spot",
        changes={"mode": "System", "scaleSetPriority": "Spot"},
    ),
    refused_pool(
        "a System pool of tiny nodes",
        "SystemPoolSkuTooLow",
        "Standard_B2ts_v2",
        changes={"mode": "System", "vmSize": "Standard_B2ts_v2"},
    ),
    refused_pool(
        "a System pool of Windows nodes",
        "SystemPoolMustBeLinux",
        "must be Linux",
        changes={"mode": "System", "osType": "Windows"},
    ),
    refused_pool(
        "a workload's taint on a System pool",
        "SystemPoolHasRestrictedTaint",
        "workload=media:NoSchedule",
        changes={"mode": "System", "nodeTaints": ["workload=media:NoSchedule"]},
    ),
    Case(
        POOL,
        "the deletion of the last System pool",
        lambda world: world.provider.delete(
            world.resource(POOL, "system"), world["aks"].id + "/agentPools/system", {}, {}
        ),
        "MustDefineAtLeastOneSystemPool",
        ("There has to be at least one system agent pool", "'system'"),
        given=World.cluster,
    ),
    Case(
        POOL,
        "the last System pool made a User pool",
        lambda world: world.change(
            world["aks"], agentPoolProfiles=[{**world["aks"].inputs["agentPoolProfiles"][0], "mode": "User"}]
        ),
        "MustDefineAtLeastOneSystemPool",
        ("system pool",),
        given=World.cluster,
    ),
    Case(
        POOL,
        "the last System pool made a User pool by itself",
        lambda world: world.change(inline_pool(world), mode="User"),
        "MustDefineAtLeastOneSystemPool",
        ("'system' is the last one",),
        given=World.cluster,
    ),
    Case(
        POOL,
        "a hundred and first pool",
        lambda world: [world.pool(f"p{number}") for number in range(100)],
        "MaxAgentPoolCountReached",
        ("has 100 pools",),
        given=World.cluster,
    ),
    # Counts
    refused_pool(
        "more nodes than AKS allows",
        "InvalidParameter",
        "was 1001",
        "maxCount:1000",
        changes={"count": 1001},
    ),
    refused_pool(
        "a System pool of no nodes",
        "InvalidParameter",
        "was 0",
        "minCount:1",
        changes={"mode": "System", "count": 0},
    ),
    refused_pool(
        "a count outside the autoscaler's bounds",
        "InvalidParameter",
        "was 9",
        "maxCount:5",
        changes={"enableAutoScaling": True, "minCount": 1, "maxCount": 5, "count": 9},
    ),
    refused_pool(
        "bounds that are swapped",
        "InvalidParameter",
        "minCount 5",
        "greater than maxCount 1",
        changes={"enableAutoScaling": True, "minCount": 5, "maxCount": 1, "count": 5},
    ),
    refused_pool(
        "autoscaling without an upper bound",
        "InvalidParameter",
        "agentPoolProfile.maxCount is missing",
        changes={"enableAutoScaling": True, "minCount": 1},
    ),
    refused_pool(
        "bounds without autoscaling",
        "AutoScalingNotEnabled",
        "enableAutoScaling",
        changes={"minCount": 1, "maxCount": 5},
    ),
    refused_pool(
        "an autoscaled System pool down to nothing",
        "InvalidParameter",
        "minCount of 'agents' was 0",
        changes={"mode": "System", "enableAutoScaling": True, "minCount": 0, "maxCount": 3},
    ),
    refused_pool("too few pods for each node", "InsufficientMaxPods", "is 5", changes={"maxPods": 5}),
    refused_pool("too many pods for each node", "MaxPodsLimitExceeded", "is 300", changes={"maxPods": 300}),
    # Zones and versions
    refused_pool(
        "a zone that the region has not",
        "AvailabilityZoneNotSupported",
        "zone(s) '4'",
        "'1,2,3'",
        changes={"availabilityZones": ["1", "4"]},
    ),
    refused_pool(
        "a pool newer than its control plane",
        "NodePoolMcVersionIncompatible",
        "Node pool version 1.37.0 and control plane version 1.36.2 are incompatible",
        changes={"orchestratorVersion": "1.37"},
    ),
    refused_edit(
        "a pool's downgrade",
        "1.36.2 to 1.35.6 is not allowed",
        before={"orchestratorVersion": "1.36"},
        changes={"orchestratorVersion": "1.35"},
        code="OperationNotAllowed",
    ),
    # Node settings
    refused_pool(
        "a taint without effect", "InvalidParameter", "'workload=media'", changes={"nodeTaints": ["workload=media"]}
    ),
    refused_pool(
        "a taint with an effect of one's own",
        "InvalidParameter",
        "'workload=media:Never'",
        changes={"nodeTaints": ["workload=media:Never"]},
    ),
    refused_pool(
        "a reserved label",
        "NodeLabelKeyNotAllowed",
        "'kubernetes.azure.com/pool'",
        changes={"nodeLabels": {"kubernetes.azure.com/pool": "media"}},
    ),
    refused_pool(
        "a label that is none",
        "InvalidParameter",
        "'workload=no spaces'",
        changes={"nodeLabels": {"workload": "no spaces"}},
    ),
    refused_pool(
        "a surge that is none",
        "InvalidParameter",
        "maxSurge",
        "'a third'",
        changes={"upgradeSettings": {"maxSurge": "a third"}},
    ),
    refused_pool(
        "a surge of more than all",
        "InvalidParameter",
        "'150%'",
        changes={"upgradeSettings": {"maxSurge": "150%"}},
    ),
    refused_pool(
        "unavailable nodes beside surge nodes",
        "InvalidParameter",
        "maxUnavailable 1 and maxSurge 1",
        changes={"upgradeSettings": {"maxSurge": "1", "maxUnavailable": "1"}},
    ),
    refused_pool(
        "unavailable nodes of a System pool",
        "InvalidParameter",
        "mode System",
        changes={"mode": "System", "upgradeSettings": {"maxSurge": "0", "maxUnavailable": "1"}},
    ),
    refused_pool(
        "neither surge nor unavailable nodes",
        "InvalidParameter",
        "could not replace any node",
        changes={"upgradeSettings": {"maxSurge": "0"}},
    ),
    refused_pool(
        "a drain of a minute",
        "InvalidParameter",
        "drainTimeoutInMinutes",
        "5 to 1440",
        changes={"upgradeSettings": {"drainTimeoutInMinutes": 1}},
    ),
    refused_pool(
        "a CPU policy that there is not",
        "InvalidCustomKubeletConfig",
        "cpuManagerPolicy",
        "'pinned'",
        changes={"kubeletConfig": {"cpuManagerPolicy": "pinned"}},
    ),
    refused_pool(
        "an unsafe sysctl that may not be allowed",
        "InvalidCustomKubeletConfig",
        "'vm.overcommit'",
        changes={"kubeletConfig": {"allowedUnsafeSysctls": ["vm.overcommit"]}},
    ),
    refused_pool(
        "a sysctl below its range",
        "InvalidCustomLinuxOSConfig",
        "netCoreRmemMax",
        "212992",
        changes={"linuxOSConfig": {"sysctls": {"netCoreRmemMax": 4096}}},
    ),
    refused_pool(
        "local ports that end too early",
        "InvalidCustomLinuxOSConfig",
        "'10240 15999'",
        "32768-65535",
        changes={"linuxOSConfig": {"sysctls": {"netIpv4IpLocalPortRange": "10240 15999"}}},
    ),
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
    # In place
    refused_edit(
        "other zones in place",
        "'properties.availabilityZones' is not allowed",
        "new pool",
        before={"availabilityZones": ["1"]},
        changes={"availabilityZones": ["2"]},
    ),
    refused_edit(
        "zones taken away in place",
        "'properties.availabilityZones'",
        before={"availabilityZones": ["1"]},
        changes={"availabilityZones": None},
    ),
    refused_edit("public addresses in place", "'properties.enableNodePublicIP'", changes={"enableNodePublicIP": True}),
    refused_edit(
        "another subnet in place",
        "'properties.vnetSubnetID'",
        changes=lambda world: {"vnetSubnetID": subnet_with_role(world, "snet-b", "10.10.8.0/24")},
    ),
    refused_edit("another number of pods in place", "'properties.maxPods'", changes={"maxPods": 100}),
    refused_edit(
        "another disk size in place",
        "'properties.osDiskSizeGB'",
        before={"osDiskSizeGB": 128},
        changes={"osDiskSizeGB": 256},
    ),
    refused_edit(
        "another kind of disk in place",
        "osDiskType",
        changes={"osDiskType": "Ephemeral"},
        code="CannotChangeOSDiskType",
    ),
    refused_edit(
        "Spot nodes in place",
        "'properties.scaleSetPriority'",
        before={"scaleSetPriority": "Regular"},
        changes={"scaleSetPriority": "Spot"},
    ),
    refused_edit(
        "other sysctls in place",
        "linuxOSConfig",
        before={"linuxOSConfig": {"sysctls": {"vmSwappiness": 10}}},
        changes={"linuxOSConfig": {"sysctls": {"vmSwappiness": 0}}},
        code="CustomKubeletConfigOrCustomLinuxOSConfigCanNotBeChanged",
    ),
    # Use
    Case(
        "network:PublicIPPrefix",
        "the deletion of a prefix that nodes draw on",
        lambda world: world.delete(world["ippre-media"]),
        "InUsePublicIpPrefixCannotBeDeleted",
        ("ippre-media", "agentPools/agents"),
        given=lambda world: (
            world.cluster(),
            world.pool(enableNodePublicIP=True, nodePublicIPPrefixID=prefix_with_role(world)),
        ),
    ),
    Case(
        POOL,
        "a cluster that does not exist",
        lambda world: world.pool(vnetSubnetID=None),
        "ParentResourceNotFound",
        ("managedClusters/agentPools", "aks-voice"),
        given=World.group,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)


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
