"""Checks of every type: its id matches the SDK, its rules refer to existing properties, a refusal of it is tested."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from azure_rehearsal.azure.core import arm_ids, type_registry
from azure_rehearsal.azure.core.rules import ArmType
from azure_rehearsal.azure.core.schema import Shape

REFUSALS = [
    case
    for file in sorted(Path(__file__).parent.glob("test_refusals_*.py"))
    for case in importlib.import_module(f"{__package__}.{file.stem}").CASES
]
WRITABLE_ONLY = {
    "azure-native:network:VirtualNetworkPeering": {"syncRemoteAddressSpace"},
    "azure-native:storage:Blob": {"source"},
    "azure-native:dbforpostgresql:Server": {"administratorLoginPassword", "createMode", "pointInTimeUTC"},
}
"""Inputs that responses do not repeat although they are not part of the id."""

every_type = pytest.mark.parametrize("type", type_registry.types().values(), ids=lambda item: item.token)


@every_type
def test_id_parameters_are_inputs_of_the_sdk(type: ArmType) -> None:
    inputs, outputs = type.schema.inputs.properties, type.schema.outputs.properties
    body_only = {"id", *WRITABLE_ONLY.get(type.token, ())}
    not_repeated = {name for name in inputs if name not in outputs} - body_only

    assert set(type.path_inputs) <= set(inputs)
    assert not_repeated <= set(type.path_inputs)
    assert {name for name in type.path_inputs if inputs[name].required} >= set(type.path_inputs[:-1])


@every_type
def test_ids_can_be_parsed(type: ArmType) -> None:
    values = {name: f"{name.lower()}x" for name in arm_ids.parameters(type.path)}
    values |= {"scope": "subscriptions/s/resourceGroups/r"} if "scope" in values else {}

    assert arm_ids.match(type.path, arm_ids.fill(type.path, values)) == values


@every_type
def test_rules_refer_to_existing_properties(type: ArmType) -> None:
    paths = [
        *type.force_new,
        *type.limits,
        *type.defaults,
        *type.maintain_if_unset,
        *(item.path for item in type.immutable),
        *(item.property for item in type.inline),
    ]

    for path in paths:
        assert exists(type.schema.inputs, path), f"{type.token} has no input {path}"


def exists(shape: Shape, path: str) -> bool:
    for step in path.split("."):
        member = shape.properties.get(step.removesuffix("[]"))
        if member is None:
            return False
        shape = member.shape.item if step.endswith("[]") and member.shape.item else member.shape
    return True


@every_type
def test_every_type_has_a_refusal_test(type: ArmType) -> None:
    assert any(f"azure-native:{case.type}" == type.token for case in REFUSALS)


@every_type
def test_the_parent_of_a_nested_type_has_rules(type: ArmType) -> None:
    parent = arm_ids.parent(type.path)

    assert not parent or arm_ids.kind(parent) in type_registry.kinds()


def test_refusal_cases_have_unique_names() -> None:
    names = [(case.type, case.name) for case in REFUSALS]

    assert sorted(set(names)) == sorted(names)
