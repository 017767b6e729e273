"""Diff and previews of the fake azure-native provider: replacements and known values."""

from __future__ import annotations

from typing import Any

import pytest

from azure_rehearsal.protocol.values import UNKNOWN
from simulator_tests.azure.provider_setup import NETWORK_INPUTS
from simulator_tests.azure.world import GROUP, LOCATION, World


def test_equal_inputs_are_no_difference(world: World) -> None:
    world.group()
    made = world.network(location="West Europe")

    difference = world.difference(made, location="westeurope")

    assert difference.changed == []


def test_a_tag_is_an_update(world: World) -> None:
    world.group()
    made = world.network(tags={"owner": "voice"})

    difference = world.difference(made, tags={"owner": "platform"})

    assert difference.changed == ["tags.owner"]
    assert difference.replaces == []


@pytest.mark.parametrize(
    ("changes", "replaces"),
    [
        ({"virtualNetworkName": "vnet-b"}, ["virtualNetworkName"]),
        ({"resourceGroupName": "rg-b"}, ["resourceGroupName"]),
        ({"location": "eastus"}, ["location"]),
        ({"addressSpace": {"addressPrefixes": ["10.11.0.0/16"]}}, []),
        ({"resourceGroupName": UNKNOWN}, ["resourceGroupName"]),
    ],
)
def test_path_parameters_and_force_new_properties_replace(
    world: World, changes: dict[str, Any], replaces: list[str]
) -> None:
    world.group()
    made = world.network()

    difference = world.difference(made, **changes)

    assert difference.replaces == replaces
    assert len(difference.changed) == 1


def test_any_part_of_a_clusters_network_profile_replaces_it(world: World) -> None:
    made = world.cluster()

    difference = world.difference(made, networkProfile={"outboundType": "none"})

    assert difference.replaces == ["networkProfile.outboundType"]


def test_a_pools_vm_size_replaces_it_and_its_zones_do_not(world: World) -> None:
    world.cluster()
    made = world.pool()

    assert world.difference(made, vmSize="Standard_D8s_v5").replaces == ["vmSize"]
    assert world.difference(made, availabilityZones=["1"]).replaces == []


def test_an_explicitly_named_resource_is_deleted_before_its_replacement(world: World) -> None:
    world.group()
    named = world.network()
    automatic = world.make("network:VirtualNetwork", "net", **{**NETWORK_INPUTS, "virtualNetworkName": None})

    assert world.difference(named, location="eastus").delete_before_replace
    assert not world.difference(automatic, location="eastus").delete_before_replace


def test_a_replaced_role_assignment_of_its_own_guid_is_deleted_first_a_made_up_one_is_not(world: World) -> None:
    world.group()
    principal = world.identity()["principalId"]
    scope = world[GROUP].id
    named = world.role(principal, "Reader", scope)
    automatic = world.role(principal, "Contributor", scope, roleAssignmentName=None)

    assert world.difference(named, principalId="another").delete_before_replace
    assert not world.difference(automatic, principalId="another").delete_before_replace


def test_a_planned_creation_knows_the_inputs_that_the_response_repeats(world: World) -> None:
    resource = world.resource("network:PublicIPAddress", "out")
    inputs, _ = world.check(
        "network:PublicIPAddress",
        "out",
        resourceGroupName=GROUP,
        publicIpAddressName="pip-out",
        sku={"name": "Standard"},
        zones=["1", UNKNOWN],
        tags={"owner": UNKNOWN},
    )

    id, outputs = world.provider.create(resource, inputs, preview=True)

    assert id == ""
    assert outputs["sku"] == {"name": "Standard", "tier": UNKNOWN}
    assert outputs["zones"] == ["1", UNKNOWN]
    assert outputs["tags"] == {"owner": UNKNOWN}
    assert outputs["ipAddress"] is UNKNOWN
    assert outputs["name"] is UNKNOWN
    assert "publicIpAddressName" not in outputs


def test_a_plan_creates_nothing_and_refuses_nothing(world: World) -> None:
    resource = world.resource("network:Subnet", "nodes")

    world.provider.create(resource, {"resourceGroupName": "rg-x", "virtualNetworkName": "vnet-x"}, preview=True)

    assert world.cloud.leftovers() == []


def test_a_planned_update_knows_name_and_location_and_nothing_else_that_azure_made(world: World) -> None:
    made = world.cluster()
    new = {**made.inputs, "tags": {"owner": "platform"}}

    outputs = world.provider.update(made.resource, made.id, made.inputs, made.outputs, new, preview=True)

    assert outputs["name"] == "aks-voice"
    assert outputs["location"] == LOCATION
    assert outputs["tags"] == {"owner": "platform"}
    assert outputs["fqdn"] is UNKNOWN
    assert outputs["oidcIssuerProfile"] is UNKNOWN
    assert outputs["identity"]["userAssignedIdentities"] is UNKNOWN
