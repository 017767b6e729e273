"""Diff and previews of the fake azure-native provider: replacements and known values."""

from __future__ import annotations

from typing import Any

import pytest

from azure_rehearsal.protocol.values import UNKNOWN
from simulator_tests.azure.harness import GROUP, LOCATION, AzureHarness
from simulator_tests.azure.provider_setup import NETWORK_INPUTS


def test_equal_inputs_have_no_diff(azure: AzureHarness) -> None:
    azure.group()
    made = azure.network(location="West Europe")

    difference = azure.diff(made, location="westeurope")

    assert difference.changed == []


def test_a_changed_tag_is_an_update(azure: AzureHarness) -> None:
    azure.group()
    made = azure.network(tags={"owner": "shop"})

    difference = azure.diff(made, tags={"owner": "platform"})

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
    azure: AzureHarness, changes: dict[str, Any], replaces: list[str]
) -> None:
    azure.group()
    made = azure.network()

    difference = azure.diff(made, **changes)

    assert difference.replaces == replaces
    assert len(difference.changed) == 1


def test_any_part_of_a_clusters_network_profile_replaces_it(azure: AzureHarness) -> None:
    made = azure.cluster()

    difference = azure.diff(made, networkProfile={"outboundType": "none"})

    assert difference.replaces == ["networkProfile.outboundType"]


def test_a_pools_vm_size_replaces_it_and_its_zones_do_not(azure: AzureHarness) -> None:
    azure.cluster()
    made = azure.pool()

    assert azure.diff(made, vmSize="Standard_D8s_v5").replaces == ["vmSize"]
    assert azure.diff(made, availabilityZones=["1"]).replaces == []


def test_an_explicitly_named_resource_is_deleted_before_its_replacement(azure: AzureHarness) -> None:
    azure.group()
    named = azure.network()
    automatic = azure.make("network:VirtualNetwork", "net", **{**NETWORK_INPUTS, "virtualNetworkName": None})

    assert azure.diff(named, location="eastus").delete_before_replace
    assert not azure.diff(automatic, location="eastus").delete_before_replace


def test_only_explicitly_named_role_assignments_are_deleted_before_replacement(azure: AzureHarness) -> None:
    azure.group()
    principal = azure.identity()["principalId"]
    scope = azure[GROUP].id
    named = azure.role(principal, "Reader", scope)
    automatic = azure.role(principal, "Contributor", scope, roleAssignmentName=None)

    assert azure.diff(named, principalId="another").delete_before_replace
    assert not azure.diff(automatic, principalId="another").delete_before_replace


def test_a_preview_of_a_create_knows_the_repeated_inputs(azure: AzureHarness) -> None:
    resource = azure.resource("network:PublicIPAddress", "out")
    inputs, _ = azure.check(
        "network:PublicIPAddress",
        "out",
        resourceGroupName=GROUP,
        publicIpAddressName="pip-out",
        sku={"name": "Standard"},
        zones=["1", UNKNOWN],
        tags={"owner": UNKNOWN},
    )

    id, outputs = azure.provider.create(resource, inputs, preview=True)

    assert id == ""
    assert outputs["sku"] == {"name": "Standard", "tier": UNKNOWN}
    assert outputs["zones"] == ["1", UNKNOWN]
    assert outputs["tags"] == {"owner": UNKNOWN}
    assert outputs["ipAddress"] is UNKNOWN
    assert outputs["name"] is UNKNOWN
    assert "publicIpAddressName" not in outputs


def test_a_preview_creates_and_refuses_nothing(azure: AzureHarness) -> None:
    resource = azure.resource("network:Subnet", "nodes")

    azure.provider.create(resource, {"resourceGroupName": "rg-x", "virtualNetworkName": "vnet-x"}, preview=True)

    assert azure.cloud.leftovers() == []


def test_a_preview_of_an_update_knows_only_name_and_location_of_the_outputs(azure: AzureHarness) -> None:
    made = azure.cluster()
    new = {**made.inputs, "tags": {"owner": "platform"}}

    outputs = azure.provider.update(made.resource, made.id, made.inputs, made.outputs, new, preview=True)

    assert outputs["name"] == "aks-shop"
    assert outputs["location"] == LOCATION
    assert outputs["tags"] == {"owner": "platform"}
    assert outputs["fqdn"] is UNKNOWN
    assert outputs["oidcIssuerProfile"] is UNKNOWN
    assert outputs["identity"]["userAssignedIdentities"] is UNKNOWN
