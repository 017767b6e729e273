"""What Azure refuses of network watchers and flow logs."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.makers.monitor import workspace
from simulator_tests.azure.makers.private_endpoints import flow_log
from simulator_tests.azure.makers.storage import account
from simulator_tests.azure.world import GROUP, NETWORK, Case, World, refused


def network_given(world: World) -> None:
    world.group()
    world.network()
    account(world)


def analytics(**changes: object) -> dict[str, object]:
    return {"networkWatcherFlowAnalyticsConfiguration": {"enabled": True, **changes}}


CASES: Final = [
    Case(
        "network:NetworkWatcher",
        "a second one in a region",
        lambda world: world.make(
            "network:NetworkWatcher", "watcher", resourceGroupName=GROUP, networkWatcherName="nw-voice"
        ),
        "NetworkWatcherCountLimitReached",
        ("Cannot create more than 1 network watchers", "NetworkWatcher_westeurope"),
        given=network_given,
    ),
    Case(
        "network:FlowLog",
        "a region without a network",
        lambda world: (
            world.group(), account(world), flow_log(world, world["stvoice"].id)
        ),
        "ResourceGroupNotFound",
        ("NetworkWatcherRG",),
    ),
    Case(
        "network:FlowLog",
        "a security group",
        lambda world: flow_log(
            world,
            world.make(
                "network:NetworkSecurityGroup", "nsg", resourceGroupName=GROUP, networkSecurityGroupName="nsg"
            ).id,
        ),
        "NsgFlowLogCreationNotAllowed",
        ("new NSG flow logs can no longer be created", "create a flow log of the virtual network"),
        given=network_given,
    ),
    Case(
        "network:FlowLog",
        "something without flows",
        lambda world: flow_log(world, world["stvoice"].id),
        "InvalidTargetResource",
        ("stvoice",),
        given=network_given,
    ),
    Case(
        "network:FlowLog",
        "a storage account of another region",
        lambda world: flow_log(world, storageId=account(world, "stother", location="northeurope").id),
        "InvalidFlowLogLocation",
        ("'northeurope'", "'westeurope'"),
        given=network_given,
    ),
    Case(
        "network:FlowLog",
        "a storage account that does not exist",
        lambda world: flow_log(world, storageId=world["stvoice"].id + "x"),
        "InvalidResourceReference",
        ("stvoicex",),
        given=network_given,
    ),
    Case(
        "network:FlowLog",
        "a second one of a network",
        lambda world: (flow_log(world), flow_log(world, name="flow-second")),
        "FlowLogAlreadyExists",
        ("flow-voice",),
        given=network_given,
    ),
    Case(
        "network:FlowLog",
        "analytics every 30 minutes",
        lambda world: flow_log(
            world,
            flowAnalyticsConfiguration=analytics(
                trafficAnalyticsInterval=30, workspaceResourceId=workspace(world).id
            ),
        ),
        "InvalidTrafficAnalyticsInterval",
        ("10 and 60",),
        given=network_given,
    ),
    Case(
        "network:FlowLog",
        "analytics without a workspace",
        lambda world: flow_log(world, flowAnalyticsConfiguration=analytics()),
        "InvalidFlowAnalyticsConfiguration",
        ("workspaceResourceId",),
        given=network_given,
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)


def test_the_watcher_of_a_region_is_there_as_soon_as_a_network_is(world: World) -> None:
    network_given(world)

    made = flow_log(world)

    assert made["targetResourceId"] == world[NETWORK].id
    assert "NetworkWatcherRG" in made.id


def test_watchers_are_no_leftovers_but_flow_logs_are(world: World) -> None:
    network_given(world)
    made = flow_log(world)

    assert [id for id in world.cloud.leftovers() if "NetworkWatcherRG" in id] == [made.id]

    for name in ("flow-voice", "stvoice", NETWORK, GROUP):
        world.delete(world[name])
    assert world.cloud.leftovers() == []
