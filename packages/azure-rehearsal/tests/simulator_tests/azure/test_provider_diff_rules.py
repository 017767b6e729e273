"""Diffs that equal the real provider's. Each test names the function of pulumi-azure-native that it follows.

The functions are in `provider/pkg/provider/diff.go` unless a test says otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from azure_rehearsal.azure.core.differences import changes
from azure_rehearsal.azure.core.type_registry import arm_type
from simulator_tests.azure.cluster_setup import cluster
from simulator_tests.azure.harness import GROUP, AzureHarness
from simulator_tests.azure.network_setup import security_group
from simulator_tests.azure.provider_setup import NETWORK_INPUTS


def test_the_case_of_a_resource_group_is_no_difference(azure: AzureHarness) -> None:
    """`applyAzureSpecificDiff`, case "resourceGroupName": only this path parameter ignores case."""
    azure.group()
    made = azure.network()

    assert azure.diff(made, resourceGroupName=GROUP.upper()).changed == []
    assert azure.diff(made, virtualNetworkName="VNET-SHOP").replaces == ["virtualNetworkName"]


def test_a_group_of_another_case_reaches_the_same_resource(azure: AzureHarness) -> None:
    azure.group()
    made = azure.network()

    changed = azure.change(made, resourceGroupName=GROUP.upper(), tags={"owner": "shop"})

    assert changed["tags"] == {"owner": "shop"}
    assert [record.id for record in azure.cloud.of_type("azure-native:network:VirtualNetwork")] == [made.id]


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ({"name": "Base", "tier": "Standard"}, {"name": "Basic", "tier": "Paid"}, False),
        ({"name": "Base", "tier": "Standard"}, {"name": "Base", "tier": "Free"}, True),
        ({"name": "Base", "tier": "Standard"}, {"tier": "Paid"}, True),
    ],
)
def test_old_and_new_names_of_a_clusters_tier_are_equal(
    azure: AzureHarness, old: dict[str, str], new: dict[str, str], changed: bool
) -> None:
    """`sameManagedClusterSku`: both maps must have exactly a name and a tier."""
    azure.cluster_prerequisites()
    made = cluster(azure, sku=old)
    inputs = {**made.inputs, "sku": new}

    found = azure.provider.diff(made.resource, made.id, made.inputs, made.outputs, inputs)

    assert bool(found.changed) is changed


def test_adding_the_live_value_of_a_replacing_property_updates(azure: AzureHarness) -> None:
    """`calculateChangesAndReplacements`, case ADD_REPLACE (pulumi-azure-nextgen#238)."""
    azure.cluster_prerequisites()
    made = cluster(azure)
    group = made["nodeResourceGroup"]

    live = azure.diff(made, nodeResourceGroup=group)
    other = azure.diff(made, nodeResourceGroup="rg-other")

    assert (live.changed, live.replaces) == (["nodeResourceGroup"], [])
    assert other.replaces == ["nodeResourceGroup"]


def test_adding_the_live_value_of_a_nested_property_replaces(azure: AzureHarness) -> None:
    """`calculateChangesAndReplacements` looks the path up as a top-level name."""
    azure.cluster_prerequisites()
    made = cluster(azure)

    found = azure.diff(made, networkProfile={"outboundType": made["networkProfile"]["outboundType"]})

    assert found.replaces == ["networkProfile.outboundType"]


def test_adding_the_apis_default_is_no_difference() -> None:
    """`calculateChangesAndReplacements`, case ADD: the specification gives `enabled` the default true."""
    type = arm_type("azure-native:monitor:ActionGroup")

    assert changes(type, {}, {"enabled": True}, {}) == []
    assert [item.path for item in changes(type, {}, {"enabled": False}, {})] == ["enabled"]


def test_what_arm_sets_without_a_default_of_the_specification_is_a_difference(azure: AzureHarness) -> None:
    azure.group()
    made = azure.address()

    assert azure.diff(made, idleTimeoutInMinutes=4).changed == ["idleTimeoutInMinutes"]


def test_only_the_parts_of_a_network_profile_that_aks_cannot_change_replace_a_cluster(azure: AzureHarness) -> None:
    """`provider/pkg/gen/replacement.go`, forceNewMap, since pulumi-azure-native#4771."""
    azure.cluster_prerequisites()
    made = cluster(azure, networkProfile={"loadBalancerProfile": {"managedOutboundIPs": {"count": 1}}})

    more = azure.diff(made, networkProfile={"loadBalancerProfile": {"managedOutboundIPs": {"count": 2}}})
    other = azure.diff(made, networkProfile={"serviceCidr": "172.20.0.0/20"})

    assert (more.changed, more.replaces) == (["networkProfile.loadBalancerProfile.managedOutboundIPs.count"], [])
    assert other.replaces == ["networkProfile.serviceCidr"]


def test_below_a_replacing_object_only_a_changed_part_replaces() -> None:
    """`calculateValueDiff`: kind UPDATE becomes UPDATE_REPLACE, ADD and DELETE stay."""
    type = replace(arm_type("azure-native:network:PublicIPAddress"), force_new=("sku",))

    def kinds(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, bool]]:
        return [(item.path, item.kind, item.replaces) for item in changes(type, {"sku": old}, {"sku": new}, {})]

    assert kinds({"name": "Basic"}, {"name": "Standard"}) == [("sku.name", "update", True)]
    assert kinds({"name": "Standard"}, {"name": "Standard", "tier": "Global"}) == [("sku.tier", "add", False)]
    assert kinds({"name": "Standard", "tier": "Global"}, {"name": "Standard"}) == [("sku.tier", "delete", False)]


def test_items_of_a_replacing_array_update() -> None:
    """`calculateValueDiff`, case Array: items compare under the key `zones[]`, which replaces nothing."""
    type = replace(arm_type("azure-native:network:PublicIPAddress"), force_new=("zones",))

    found = changes(type, {"zones": ["1"]}, {"zones": ["2", "3"]}, {})

    assert [(item.path, item.replaces) for item in found] == [("zones[0]", False), ("zones[1]", False)]


def test_arrays_without_identifiers_compare_by_position(azure: AzureHarness) -> None:
    """`valueDiff`: security rules have no x-ms-identifiers, so a new order changes them."""
    azure.group()
    first = {"name": "a", "priority": 100}
    second = {"name": "b", "priority": 110}
    made = security_group(azure, first, second)

    found = azure.diff(made, securityRules=list(reversed(made.inputs["securityRules"])))

    assert found.changed == [f"securityRules[{index}].{name}" for index in (0, 1) for name in ("name", "priority")]


def test_arrays_with_identifiers_compare_by_them() -> None:
    """`diffKeyedArrays` (pulumi-azure-native#2968): the order is no difference, and each item has its counterpart."""
    type = replace(arm_type("azure-native:network:RouteTable"), identifiers={"routes": ("name",)})
    a, b, c = ({"name": name, "nextHopType": "Internet"} for name in "abc")

    def paths(old: list[dict[str, str]], new: list[dict[str, str]]) -> list[tuple[str, str]]:
        return [(item.path, item.kind) for item in changes(type, {"routes": old}, {"routes": new}, {})]

    assert paths([a, b], [b, a]) == []
    assert paths([a, b], [b, c]) == [("routes[0]", "delete"), ("routes[1]", "add")]
    assert paths([a, b], [{**b, "nextHopType": "None"}, a]) == [("routes[0].nextHopType", "update")]


def test_inputs_that_the_provider_adds_are_no_difference(azure: AzureHarness) -> None:
    """`ignoreKey`: names with two leading underscores."""
    azure.group()
    made = azure.make("network:VirtualNetwork", "net", **{**NETWORK_INPUTS, "virtualNetworkName": None})

    found = azure.provider.diff(
        made.resource, made.id, {**made.inputs, "__createBeforeDelete": True}, made.outputs, made.inputs
    )

    assert found.changed == []


def test_unknown_keys_are_dropped_with_a_warning_of_our_own(azure: AzureHarness) -> None:
    """`SdkInputsToRequestBody` in `provider/pkg/convert/sdkInputsToRequestBody.go` copies the known names only."""
    azure.group()

    made = azure.network(enableDdosProtektion=True, addressSpace={"addressPrefixes": ["10.10.0.0/16"], "prefix": "x"})

    record = azure.cloud.get(made.id)
    assert record is not None
    assert record.inputs["addressSpace"] == {"addressPrefixes": ["10.10.0.0/16"]}
    assert "enableDdosProtektion" not in record.inputs
    assert sorted(azure.provider.warnings) == [
        f"the provider drops '{path}' of vnet-shop (azure-native:network:VirtualNetwork): Azure's API has no such "
        "property, so this input has no effect. Correct its name, or remove it."
        for path in ("addressSpace.prefix", "enableDdosProtektion")
    ]


def test_unknown_keys_are_a_difference_although_azure_never_sees_them(azure: AzureHarness) -> None:
    """`objectDiff` compares the inputs of the program, not the request."""
    azure.group()
    made = azure.network()

    assert azure.diff(made, enableDdosProtektion=True).changed == ["enableDdosProtektion"]


def test_keys_of_maps_are_free(azure: AzureHarness) -> None:
    azure.group(tags={"anyKey": "value"})

    assert not azure.provider.warnings
