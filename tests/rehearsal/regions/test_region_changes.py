"""A region is added, and one is removed, while all others are available (docs/runbooks/region-removal.md)."""

from __future__ import annotations

import itertools
import json

import pytest

from azure_rehearsal.azure.core.retained_resources import is_retained
from azure_rehearsal.reports.failures import failures_of
from tests.rehearsal.regions.conftest import STACKS, Environment
from tests.rehearsal.regions.other_regions import assert_only_adapted, links_between

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive]

REMOVED = "westeurope"
PEERING = "azure-native:network:VirtualNetworkPeering"
ROLE = "azure-native:authorization:RoleAssignment"


FEWER_CALLS = 100
"""The calls that two regions of the committed sizes carry if one of them fails."""


def remove_from_list(environment: Environment, region: str) -> None:
    """Removes a region from the list that all stacks share."""
    settings = environment.settings("prod")
    regions = [item for item in settings["regions"] if item["name"] != region]
    environment.edit("prod", regions=regions, telephony={**settings["telephony"], "concurrentCalls": FEWER_CALLS})


def deploy_adaptation(environment: Environment, stack: str, region: str) -> None:
    """Deploys a stack. It must only update resources that depend on the list of regions."""
    found = environment.deploy(stack)
    assert set(found) == {"update"}
    assert_only_adapted(found["update"], region)


def test_a_region_is_removed_while_the_others_stay(environment: Environment) -> None:
    removed = f"prod-{REMOVED}"
    assert environment.deploy(removed, config={"voice:protect": False}) == {}
    _the_later_region_removes_its_links(environment)
    assert set(environment.done(environment.stack(removed).destroy())) == {"delete"}
    deploy_adaptation(environment, "prod", "eastus")
    environment.forget(removed)

    for stack in ("prod", "prod-southeastasia"):
        assert environment.planned(stack) == {}
    _assert_nothing_is_left_of(REMOVED, environment)


def _the_later_region_removes_its_links(environment: Environment) -> None:
    remove_from_list(environment, REMOVED)
    found = environment.deploy("prod-southeastasia")
    assert found["delete"] == links_between("southeastasia", REMOVED)
    assert set(found) == {"delete", "update"}
    assert_only_adapted(found["update"], "southeastasia")


def _assert_nothing_is_left_of(region: str, environment: Environment) -> None:
    """No resource contains the region in its id or properties, and no identity of the region has a role."""
    assert environment.exists(region) == []
    cloud = environment.cloud()
    ours = [record for record in cloud["records"] if not is_retained(record["id"], record["inputs"])]
    assert [record["id"] for record in ours if region in json.dumps(record["inputs"])] == []
    holders = {record["properties"]["principalId"] for record in ours if record["type"] == ROLE}
    assert holders
    assert holders.isdisjoint(cloud["deletedPrincipals"])


def test_removing_a_region_that_later_regions_link_to_is_refused_and_can_be_resumed(environment: Environment) -> None:
    removed = environment.stack(f"prod-{REMOVED}")
    environment.deploy(removed.stack, config={"voice:protect": False})
    refused = removed.destroy()
    assert not refused.ok
    (failure,) = failures_of(refused)
    assert failure.name.startswith("voice-westeurope-network-zone-voice-prod-westeurope.private.postgres")
    assert "nested resources exist" in failure.message
    assert "link-voice-prod-southeastasia" in failure.message

    _the_later_region_removes_its_links(environment)
    environment.done(removed.destroy())
    environment.deploy("prod")
    _assert_nothing_is_left_of(REMOVED, environment)


ADDED = {"name": "northeurope", "number": 4, "location": "northeurope"}


def test_a_region_is_added_while_the_others_stay(environment: Environment) -> None:
    regions = environment.settings("prod")["regions"]
    environment.edit("prod", regions=[*regions, ADDED])
    environment.write("prod-northeurope", {"extends": "prod", "region": "northeurope"})

    names = [region["name"] for region in regions]
    for stack, name in zip(STACKS, names, strict=True):
        deploy_adaptation(environment, stack, name)
    assert set(environment.deploy("prod-northeurope")) == {"create"}

    for stack in (*STACKS, "prod-northeurope"):
        assert environment.planned(stack) == {}
    _all_networks_reach_each_other([*names, "northeurope"], environment)


def _all_networks_reach_each_other(regions: list[str], environment: Environment) -> None:
    pairs = {
        (record["id"].split("/")[8], record["properties"]["remoteVirtualNetwork"]["id"].rsplit("/", 1)[-1])
        for record in environment.cloud()["records"]
        if record["type"] == PEERING
    }
    networks = [f"vnet-voice-prod-{region}" for region in regions]
    assert pairs == set(itertools.permutations(networks, 2))
