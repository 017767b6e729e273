"""Azure's refusals of network watchers and flow logs."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.harness import GROUP, NETWORK, AzureHarness, Case, refused
from simulator_tests.azure.makers.monitor import workspace
from simulator_tests.azure.makers.private_endpoints import flow_log
from simulator_tests.azure.makers.storage import account


def with_network(azure: AzureHarness) -> None:
    azure.group()
    azure.network()
    account(azure, allowSharedKeyAccess=True)
    azure.cloud.delayed.pass_time()


def analytics(**changes: object) -> dict[str, object]:
    return {"networkWatcherFlowAnalyticsConfiguration": {"enabled": True, **changes}}


CASES: Final = [
    Case(
        "network:NetworkWatcher",
        "a second watcher in a region",
        lambda azure: azure.make(
            "network:NetworkWatcher", "watcher", resourceGroupName=GROUP, networkWatcherName="nw-shop"
        ),
        "NetworkWatcherCountLimitReached",
        ("Cannot create more than 1 network watchers", "NetworkWatcher_westeurope"),
        setup=with_network,
    ),
    Case(
        "network:FlowLog",
        "a region without a network",
        lambda azure: (
            azure.group(), account(azure), flow_log(azure, azure["stshop"].id)
        ),
        "ResourceGroupNotFound",
        ("NetworkWatcherRG",),
    ),
    Case(
        "network:FlowLog",
        "a security group",
        lambda azure: flow_log(
            azure,
            azure.make(
                "network:NetworkSecurityGroup", "nsg", resourceGroupName=GROUP, networkSecurityGroupName="nsg"
            ).id,
        ),
        "NsgFlowLogCreationNotAllowed",
        ("new NSG flow logs can no longer be created", "create a flow log of the virtual network"),
        setup=with_network,
    ),
    Case(
        "network:FlowLog",
        "a target without flows",
        lambda azure: flow_log(azure, azure["stshop"].id),
        "InvalidTargetResource",
        ("stshop",),
        setup=with_network,
    ),
    Case(
        "network:FlowLog",
        "a storage account of another region",
        lambda azure: flow_log(azure, storageId=account(azure, "stother", location="northeurope").id),
        "InvalidFlowLogLocation",
        ("'northeurope'", "'westeurope'"),
        setup=with_network,
    ),
    Case(
        "network:FlowLog",
        "a storage account that does not exist",
        lambda azure: flow_log(azure, storageId=azure["stshop"].id + "x"),
        "InvalidResourceReference",
        ("stshopx",),
        setup=with_network,
    ),
    Case(
        "network:FlowLog",
        "a second flow log of a network",
        lambda azure: (flow_log(azure), flow_log(azure, name="flow-second")),
        "FlowLogAlreadyExists",
        ("flow-shop",),
        setup=with_network,
    ),
    Case(
        "network:FlowLog",
        "analytics every 30 minutes",
        lambda azure: flow_log(
            azure,
            flowAnalyticsConfiguration=analytics(
                trafficAnalyticsInterval=30, workspaceResourceId=workspace(azure).id
            ),
        ),
        "InvalidTrafficAnalyticsInterval",
        ("10 and 60",),
        setup=with_network,
    ),
    Case(
        "network:FlowLog",
        "analytics without a workspace",
        lambda azure: flow_log(azure, flowAnalyticsConfiguration=analytics()),
        "InvalidFlowAnalyticsConfiguration",
        ("workspaceResourceId",),
        setup=with_network,
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)


def test_azure_creates_the_network_watcher_with_the_first_network(azure: AzureHarness) -> None:
    with_network(azure)

    made = flow_log(azure)

    assert made["targetResourceId"] == azure[NETWORK].id
    assert "NetworkWatcherRG" in made.id


def test_flow_logs_are_leftovers_and_watchers_are_not(azure: AzureHarness) -> None:
    with_network(azure)
    made = flow_log(azure)

    assert [id for id in azure.cloud.leftovers() if "NetworkWatcherRG" in id] == [made.id]

    for name in ("flow-shop", "stshop", NETWORK, GROUP):
        azure.delete(azure[name])
    assert azure.cloud.leftovers() == []
