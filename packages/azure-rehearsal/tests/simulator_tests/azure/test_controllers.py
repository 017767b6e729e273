"""What only the controllers of clusters make: it exists, it can be named, no program declares it."""

from __future__ import annotations

from pathlib import Path

import pytest

from azure_rehearsal.azure.controllers.ownership import caused, causes_of, with_causes
from azure_rehearsal.azure.controllers.resource_types import CONTROLLER_TYPES
from azure_rehearsal.azure.core import type_registry
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import ArmType
from azure_rehearsal.kubernetes.controllers_in_azure import Cause
from simulator_tests.azure.world import GROUP, World, refused

CAUSE = Cause("cluster-1", "aks", "v1", "Service", "voice-system", "gateway")


@pytest.mark.parametrize("type", CONTROLLER_TYPES, ids=lambda item: item.token)
def test_a_program_cannot_declare_it(type: ArmType) -> None:
    world = World()
    world.group()
    with refused("UnknownResourceType", type.token):
        world.check(type.token.removeprefix("azure-native:"), "it", resourceGroupName=GROUP)


@pytest.mark.parametrize("type", CONTROLLER_TYPES, ids=lambda item: item.token)
def test_the_rules_of_what_exists_are_found(type: ArmType) -> None:
    record = Record(f"/subscriptions/s/resourceGroups/g/providers/{type.kind}/it", type.token, {})
    assert type_registry.type_of(record) is type
    assert type.schema.outputs.properties, "the SDK knows its shape"


def test_a_mark_outlives_the_process_and_names_the_cause(tmp_path: Path) -> None:
    path = tmp_path / "azure.json"
    id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/pvc-1"
    cloud = Cloud.open(path, write_seconds=0)
    cloud.put(with_causes(Record(id, CONTROLLER_TYPES[1].token, {}), {id: CAUSE}))
    cloud.save()
    again = Cloud.open(path, write_seconds=0)
    assert list(caused(again)) == [(id, CAUSE)]
    assert str(CAUSE) == "Service voice-system/gateway of cluster aks"


def test_what_a_program_writes_has_no_cause() -> None:
    world = World()
    group = world.group()
    record = world.cloud.get(group.id)
    assert record is not None
    assert causes_of(record) == {}
    assert list(caused(world.cloud)) == []
