"""AKS's refusals of agent pools: size, mode, counts, zones, versions."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.harness import GROUP, AzureHarness, Case, Deployed, refused
from simulator_tests.azure.pool_setup import POOL, refused_edit, refused_pool


def inline_pool(azure: AzureHarness) -> Deployed:
    """The cluster's inline pool as a separate resource of the program."""
    names = {"resourceGroupName": GROUP, "resourceName": "aks-shop", "agentPoolName": "system"}
    inputs = {**azure["aks"].inputs["agentPoolProfiles"][0], **names}
    inputs.pop("name")
    return Deployed(azure.resource(POOL, "system"), azure["aks"].id + "/agentPools/system", inputs, {})


CASES: Final = [
    # Sizes and disks
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
        "a System pool with a VM size that is too small",
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
        "workload=web:NoSchedule",
        changes={"mode": "System", "nodeTaints": ["workload=web:NoSchedule"]},
    ),
    Case(
        POOL,
        "the deletion of the last System pool",
        lambda azure: azure.provider.delete(
            azure.resource(POOL, "system"), azure["aks"].id + "/agentPools/system", {}, {}
        ),
        "MustDefineAtLeastOneSystemPool",
        ("There has to be at least one system agent pool", "'system'"),
        setup=AzureHarness.cluster,
    ),
    Case(
        POOL,
        "the last System pool changed to User",
        lambda azure: azure.change(
            azure["aks"], agentPoolProfiles=[{**azure["aks"].inputs["agentPoolProfiles"][0], "mode": "User"}]
        ),
        "MustDefineAtLeastOneSystemPool",
        ("system pool",),
        setup=AzureHarness.cluster,
    ),
    Case(
        POOL,
        "the last System pool changed to User in its own request",
        lambda azure: azure.change(inline_pool(azure), mode="User"),
        "MustDefineAtLeastOneSystemPool",
        ("'system' is the last one",),
        setup=AzureHarness.cluster,
    ),
    Case(
        POOL,
        "a hundred and first pool",
        lambda azure: [azure.pool(f"p{number}") for number in range(100)],
        "MaxAgentPoolCountReached",
        ("has 100 pools",),
        setup=AzureHarness.cluster,
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
        "a System pool without nodes",
        "InvalidParameter",
        "was 0",
        "minCount:1",
        changes={"mode": "System", "count": 0},
    ),
    refused_edit(
        "a count outside the autoscaler's bounds",
        "was 9",
        "maxCount:5",
        code="InvalidParameter",
        before={"enableAutoScaling": True, "minCount": 1, "maxCount": 5},
        changes={"count": 9},
    ),
    refused_pool(
        "a minimum above the maximum",
        "InvalidParameter",
        "minCount 5",
        "greater than maxCount 1",
        changes={"enableAutoScaling": True, "minCount": 5, "maxCount": 1, "count": 5},
    ),
    refused_pool(
        "autoscaling without a maximum",
        "InvalidParameter",
        "agentPoolProfile.maxCount is missing",
        changes={"enableAutoScaling": True, "minCount": 1},
    ),
    refused_pool(
        "minimum and maximum without autoscaling",
        "AutoScalingNotEnabled",
        "enableAutoScaling",
        changes={"minCount": 1, "maxCount": 5},
    ),
    refused_pool(
        "an autoscaled System pool with a minimum of zero",
        "InvalidParameter",
        "minCount of 'workers' was 0",
        changes={"mode": "System", "enableAutoScaling": True, "minCount": 0, "maxCount": 3},
    ),
    refused_pool("too few pods per node", "InsufficientMaxPods", "is 5", changes={"maxPods": 5}),
    refused_pool("too many pods per node", "MaxPodsLimitExceeded", "is 300", changes={"maxPods": 300}),
    # Zones and versions
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
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)


@pytest.mark.parametrize(("count", "nodes"), [(1, 3), (None, 3), (9, 5)])
def test_a_count_outside_the_bounds_is_no_refusal_at_creation(
    azure: AzureHarness, count: int | None, nodes: int
) -> None:
    azure.cluster()
    made = azure.pool(enableAutoScaling=True, minCount=3, maxCount=5, count=count)

    assert made["count"] == nodes
