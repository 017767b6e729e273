"""AKS's refusals of agent pools: node settings, immutable properties, deletion."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.harness import AzureHarness, Case, refused
from simulator_tests.azure.pool_setup import POOL, prefix_with_role, refused_edit, refused_pool, subnet_with_role

CASES: Final = [
    # Node settings
    refused_pool(
        "a taint without effect", "InvalidParameter", "'workload=web'", changes={"nodeTaints": ["workload=web"]}
    ),
    refused_pool(
        "a taint with an unknown effect",
        "InvalidParameter",
        "'workload=web:Never'",
        changes={"nodeTaints": ["workload=web:Never"]},
    ),
    refused_pool(
        "a reserved label",
        "NodeLabelKeyNotAllowed",
        "'kubernetes.azure.com/pool'",
        changes={"nodeLabels": {"kubernetes.azure.com/pool": "web"}},
    ),
    refused_pool(
        "an invalid label",
        "InvalidParameter",
        "'workload=no spaces'",
        changes={"nodeLabels": {"workload": "no spaces"}},
    ),
    refused_pool(
        "an invalid surge",
        "InvalidParameter",
        "maxSurge",
        "'a third'",
        changes={"upgradeSettings": {"maxSurge": "a third"}},
    ),
    refused_pool(
        "a surge above 100%",
        "InvalidParameter",
        "'150%'",
        changes={"upgradeSettings": {"maxSurge": "150%"}},
    ),
    refused_pool(
        "both unavailable and surge nodes",
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
        "an unknown CPU policy",
        "InvalidCustomKubeletConfig",
        "cpuManagerPolicy",
        "'pinned'",
        changes={"kubeletConfig": {"cpuManagerPolicy": "pinned"}},
    ),
    refused_pool(
        "an unsafe sysctl that AKS does not allow",
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
        "zones removed in place",
        "'properties.availabilityZones'",
        before={"availabilityZones": ["1"]},
        changes={"availabilityZones": None},
    ),
    refused_edit("public addresses in place", "'properties.enableNodePublicIP'", changes={"enableNodePublicIP": True}),
    refused_edit(
        "another subnet in place",
        "'properties.vnetSubnetID'",
        changes=lambda azure: {"vnetSubnetID": subnet_with_role(azure, "snet-b", "10.10.8.0/24")},
    ),
    refused_edit("another number of pods in place", "'properties.maxPods'", changes={"maxPods": 100}),
    refused_edit(
        "another disk size in place",
        "'properties.osDiskSizeGB'",
        before={"osDiskSizeGB": 128},
        changes={"osDiskSizeGB": 256},
    ),
    refused_edit(
        "another disk type in place",
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
    # Deletion and missing cluster
    Case(
        "network:PublicIPPrefix",
        "the deletion of a prefix that nodes use",
        lambda azure: azure.delete(azure["ippre-web"]),
        "InUsePublicIpPrefixCannotBeDeleted",
        ("ippre-web", "agentPools/workers"),
        setup=lambda azure: (
            azure.cluster(),
            azure.pool(enableNodePublicIP=True, nodePublicIPPrefixID=prefix_with_role(azure)),
        ),
    ),
    Case(
        POOL,
        "a cluster that does not exist",
        lambda azure: azure.pool(vnetSubnetID=None),
        "ParentResourceNotFound",
        ("managedClusters/agentPools", "aks-shop"),
        setup=AzureHarness.group,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)
