"""Every type of the generic tier can be created, read, compared and deleted with its required inputs."""

from __future__ import annotations

from typing import Any

import pytest

from azure_rehearsal.azure.core import arm_ids, type_registry
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType
from azure_rehearsal.azure.core.schema import Shape
from azure_rehearsal.azure.generic import arm_types
from simulator_tests.azure.harness import GROUP, AzureHarness

MODULES = sorted({token.split(":")[1] for token in arm_types.extract()})
MAX_DEPTH = 8

pytestmark = pytest.mark.exhaustive


def sample(shape: Shape, depth: int = 0) -> Any:
    """The smallest value of a shape."""
    if shape.kind == "object" and depth < MAX_DEPTH:
        members = shape.properties.items()
        return {name: sample(member.shape, depth + 1) for name, member in members if member.required}
    if shape.alternatives:
        return sample(shape.alternatives[0], depth)
    empty: dict[str, Any] = {"array": [], "integer": 1, "number": 1, "boolean": True, "string": "sample"}
    return shape.allowed[0] if shape.allowed else empty.get(shape.kind, {})


def inputs_of(type: ArmType) -> dict[str, Any]:
    """Required inputs, path parameters, and the location."""
    inputs = sample(type.schema.inputs)
    inputs |= dict.fromkeys(type.path_inputs, "sample")
    inputs |= {"resourceGroupName": GROUP} if "resourceGroupName" in inputs else {}
    scopes = {"scope", "resourceUri"} & {*type.path_inputs}
    inputs |= dict.fromkeys(scopes, f"/subscriptions/x/resourceGroups/{GROUP}")
    return inputs | ({"location": "westeurope"} if "location" in type.schema.inputs.properties else {})


def add_ancestors(azure: AzureHarness, id: str) -> None:
    while id := arm_ids.parent(id):
        azure.cloud.put(Record(id, "azure-native:resources:ResourceGroup", {}))


@pytest.mark.parametrize("module", MODULES)
def test_every_type_of_a_module_has_a_lifecycle(module: str) -> None:
    failed: list[str] = []
    for token in arm_types.extract():
        if token.split(":")[1] != module:
            continue
        azure = AzureHarness()
        azure.group()
        azure.cloud.put(Record(f"/subscriptions/x/resourceGroups/{GROUP}", "azure-native:resources:ResourceGroup", {}))
        type = type_registry.arm_type(token)
        inputs = inputs_of(type)
        resource = azure.resource(token.removeprefix("azure-native:"), "sample")
        checked, failures = azure.provider.check(resource, {}, inputs, b"seed")
        unlimited = [item.reason for item in failures if "expression" not in item.reason and "too" not in item.reason]
        id = arm_ids.fill(type.path, {**checked, "subscriptionId": azure.client.subscription_id})
        add_ancestors(azure, id)
        made, outputs = azure.provider.create(resource, checked, preview=False)
        found = azure.provider.read(resource, made, checked, outputs)
        difference = azure.provider.diff(resource, made, checked, outputs, checked)
        azure.provider.delete(resource, made, checked, outputs)
        if unlimited or found is None or found[2] != checked or difference.changed or azure.cloud.get(made):
            failed.append(f"{token}: {unlimited} {difference.changed} {found and found[2]} {checked}")
    assert failed == []
