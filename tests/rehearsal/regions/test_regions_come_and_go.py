"""A region is added, and one is removed, while all others are up: docs/runbooks/region-removal.md, step by step."""

from __future__ import annotations

import itertools
import json

import pytest

from azure_rehearsal.azure.core.retained_resources import is_retained
from azure_rehearsal.reports.failures import failures_of
from tests.rehearsal.regions.conftest import STACKS, Environment
from tests.rehearsal.regions.others import only_adapts, ways_between

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive]

GOING = "westeurope"
PEERING = "azure-native:network:VirtualNetworkPeering"
ROLE = "azure-native:authorization:RoleAssignment"


FEWER_CALLS = 100
"""What two regions of the committed sizes carry, the other one lost."""


def take_out(environment: Environment, region: str) -> None:
    """Takes a region out of the list that all stacks share."""
    settings = environment.settings("prod")
    regions = [item for item in settings["regions"] if item["name"] != region]
    environment.edit("prod", regions=regions, telephony={**settings["telephony"], "concurrentCalls": FEWER_CALLS})


def adapts(environment: Environment, stack: str, region: str) -> None:
    """Deploys a stack, which must only update what follows from the list of regions."""
    found = environment.deploy(stack)
    assert set(found) == {"update"}
    only_adapts(found["update"], region)


def test_a_region_goes_while_the_others_stay(environment: Environment) -> None:
    going = f"prod-{GOING}"
    assert environment.deploy(going, config={"voice:protect": False}) == {}
    _the_later_region_lets_go(environment)
    assert set(environment.done(environment.stack(going).destroy())) == {"delete"}
    adapts(environment, "prod", "eastus")
    environment.forget(going)

    for stack in ("prod", "prod-southeastasia"):
        assert environment.planned(stack) == {}
    _nothing_is_left_of(GOING, environment)


def _the_later_region_lets_go(environment: Environment) -> None:
    take_out(environment, GOING)
    found = environment.deploy("prod-southeastasia")
    assert found["delete"] == ways_between("southeastasia", GOING)
    assert set(found) == {"delete", "update"}
    only_adapts(found["update"], "southeastasia")


def _nothing_is_left_of(region: str, environment: Environment) -> None:
    """Nothing has the region in its id or in what was written to it, and nobody who lived there holds a role."""
    assert environment.exists(region) == []
    cloud = environment.cloud()
    ours = [record for record in cloud["records"] if not is_retained(record["id"], record["inputs"])]
    assert [record["id"] for record in ours if region in json.dumps(record["inputs"])] == []
    holders = {record["properties"]["principalId"] for record in ours if record["type"] == ROLE}
    assert holders
    assert holders.isdisjoint(cloud["deletedPrincipals"])


def test_a_region_that_goes_before_the_later_ones_let_go_is_refused_and_can_still_go(environment: Environment) -> None:
    going = environment.stack(f"prod-{GOING}")
    environment.deploy(going.stack, config={"voice:protect": False})
    refused = going.destroy()
    assert not refused.ok
    (failure,) = failures_of(refused)
    assert failure.name.startswith("voice-westeurope-network-zone-voice-prod-westeurope.private.postgres")
    assert "nested resources exist" in failure.message
    assert "link-voice-prod-southeastasia" in failure.message

    _the_later_region_lets_go(environment)
    environment.done(going.destroy())
    environment.deploy("prod")
    _nothing_is_left_of(GOING, environment)


ADDED = {"name": "northeurope", "number": 4, "location": "northeurope"}


def test_a_region_comes_while_the_others_stay(environment: Environment) -> None:
    regions = environment.settings("prod")["regions"]
    environment.edit("prod", regions=[*regions, ADDED])
    environment.write("prod-northeurope", {"extends": "prod", "region": "northeurope"})

    names = [region["name"] for region in regions]
    for stack, name in zip(STACKS, names, strict=True):
        adapts(environment, stack, name)
    assert set(environment.deploy("prod-northeurope")) == {"create"}

    for stack in (*STACKS, "prod-northeurope"):
        assert environment.planned(stack) == {}
    _all_networks_reach_each_other([*names, "northeurope"], environment)


def _all_networks_reach_each_other(regions: list[str], environment: Environment) -> None:
    ways = {
        (record["id"].split("/")[8], record["properties"]["remoteVirtualNetwork"]["id"].rsplit("/", 1)[-1])
        for record in environment.cloud()["records"]
        if record["type"] == PEERING
    }
    networks = [f"vnet-voice-prod-{region}" for region in regions]
    assert ways == set(itertools.permutations(networks, 2))
