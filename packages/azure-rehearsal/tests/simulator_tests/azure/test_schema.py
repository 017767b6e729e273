"""Shapes that are read from the SDK's classes."""

from __future__ import annotations

import time

import pytest

from azure_rehearsal.azure.core import type_registry
from azure_rehearsal.azure.core.schema import (
    Shape,
    UnknownType,
    preview,
    project,
    properties_of,
    resource_schema,
    schema_violations,
    type_failures,
)
from azure_rehearsal.protocol.values import UNKNOWN

CLUSTER = "azure-native:containerservice:ManagedCluster"


def shape_at(shape: Shape, path: str) -> Shape:
    for step in path.split("."):
        found = shape.properties[step].shape
        shape = found.item if found.kind in ("array", "map") and found.item else found
    return shape


def test_property_names_are_those_of_the_api() -> None:
    inputs = resource_schema(CLUSTER).inputs

    assert "diskEncryptionSetID" in inputs.properties
    assert shape_at(inputs, "agentPoolProfiles.vnetSubnetID").kind == "string"


def test_an_enum_has_its_allowed_values() -> None:
    policy = shape_at(resource_schema(CLUSTER).inputs, "networkProfile.networkPolicy")

    assert policy.kind == "string"
    assert {"azure", "calico", "cilium"} <= set(policy.allowed)


def test_response_only_properties_are_not_inputs() -> None:
    schema = resource_schema(CLUSTER)

    assert "fqdn" in schema.outputs.properties
    assert "fqdn" not in schema.inputs.properties


def test_required_properties_are_known_at_any_depth() -> None:
    rule = shape_at(resource_schema("azure-native:network:NetworkSecurityGroup").inputs, "securityRules")

    assert rule.properties["direction"].required
    assert not rule.properties["sourceAddressPrefix"].required


def test_a_set_is_an_array_in_inputs_and_a_map_in_outputs() -> None:
    schema = resource_schema(CLUSTER)
    ids = ["/subscriptions/a", "/subscriptions/b"]

    outputs = project(schema.outputs, {"identity": {"type": "UserAssigned", "userAssignedIdentities": ids}})

    assert outputs["identity"]["userAssignedIdentities"] == {"/subscriptions/a": {}, "/subscriptions/b": {}}


def test_a_projection_drops_unknown_properties() -> None:
    schema = resource_schema("azure-native:network:PublicIPAddress")

    assert project(schema.outputs, {"publicIpAddressName": "pip", "sku": {"name": "Standard", "shade": "red"}}) == {
        "sku": {"name": "Standard"}
    }


def test_the_api_version_is_read_from_the_class() -> None:
    assert resource_schema(CLUSTER).api_version == "2025-09-01"
    assert resource_schema("azure-native:network:Subnet").api_version == "2024-05-01"


def test_a_class_that_the_sdk_does_not_have_is_an_error() -> None:
    with pytest.raises(UnknownType, match="azure-native:network:Payment"):
        resource_schema("azure-native:network:Payment")
    with pytest.raises(UnknownType, match="azure-native:payments:Line"):
        resource_schema("azure-native:payments:Line")


def test_types_are_checked_at_any_depth() -> None:
    inputs = resource_schema(CLUSTER).inputs

    faults = list(type_failures(inputs, {"agentPoolProfiles": [{"name": "system", "count": "two"}], "tags": {"a": 1}}))

    assert "'agentPoolProfiles[0].count' should be of type 'integer' but got a string" in faults
    assert "'tags['a']' should be of type 'string' but got the number 1" in faults


def test_a_boolean_is_not_a_number() -> None:
    faults = list(type_failures(resource_schema("azure-native:containerservice:AgentPool").inputs, {"count": True}))

    assert "'count' should be of type 'integer' but got a boolean" in faults


def test_unknown_values_match_every_type() -> None:
    assert not list(type_failures(resource_schema(CLUSTER).inputs.properties["sku"].shape, UNKNOWN))


def test_enum_comparisons_ignore_case() -> None:
    sku = resource_schema(CLUSTER).inputs.properties["sku"].shape

    assert not list(schema_violations(sku, {"tier": "standard"}))
    assert [item.allowed for item in schema_violations(sku, {"tier": "Golden"})] == [("Premium", "Standard", "Free")]


def test_a_preview_of_a_list_keeps_its_length() -> None:
    pools = resource_schema(CLUSTER).outputs.properties["agentPoolProfiles"].shape

    known = preview(pools, [{"name": "system"}, UNKNOWN])

    assert known[0]["name"] == "system"
    assert known[0]["nodeImageVersion"] is UNKNOWN
    assert known[1] is UNKNOWN


def test_reading_all_shapes_is_fast_after_the_sdk_is_loaded() -> None:
    """Nested types are read on first use; reading all of them must also be fast."""
    for token in type_registry.types():
        resource_schema(token)
    properties_of.cache_clear()
    started = time.perf_counter()

    seen: set[type] = set()
    waiting = [shape for token in type_registry.types() for shape in (resource_schema(token).inputs,)]
    while waiting:
        shape = waiting.pop()
        if shape.model is not None and shape.model not in seen:
            seen.add(shape.model)
            waiting.extend(member.shape for member in shape.properties.values())
        waiting.extend(item for item in (shape.item, *shape.alternatives) if item is not None)

    assert len(seen) > 100
    assert time.perf_counter() - started < 1


def test_a_property_of_any_shape_accepts_any_value() -> None:
    rule = resource_schema("azure-native:monitor:DataCollectionRule")
    value = {
        "dataSources": {"extensions": [{"extensionName": "x", "extensionSettings": {"free": [1, {"form": True}]}}]}
    }
    assert list(schema_violations(rule.inputs, value)) == []
