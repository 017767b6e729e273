"""AKS's refusals of agent pools: size, mode, counts, zones, versions, node settings, immutable properties."""

from __future__ import annotations

from typing import Any, Final

import pytest

from simulator_tests.azure.pool_setup import POOL, prefix_with_role, refused_pool, subnet_with_role
from simulator_tests.azure.world import GROUP, Case, Made, World, refused


def inline_pool(world: World) -> Made:
    """The cluster's own pool as a program would adopt it."""
    names = {"resourceGroupName": GROUP, "resourceName": "aks-voice", "agentPoolName": "system"}
    inputs = {**world["aks"].inputs["agentPoolProfiles"][0], **names}
    inputs.pop("name")
    return Made(world.resource(POOL, "system"), world["aks"].id + "/agentPools/system", inputs, {})


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
