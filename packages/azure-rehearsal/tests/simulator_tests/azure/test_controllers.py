"""Resource types that controllers create, and the causes of their resources."""

from __future__ import annotations

from pathlib import Path

import pytest

from azure_rehearsal.azure.controllers.ownership import caused, causes_of, with_causes
from azure_rehearsal.azure.controllers.resource_types import CONTROLLER_TYPES
from azure_rehearsal.azure.core import type_registry
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import ArmType
from azure_rehearsal.kubernetes.cloud_controller_api import Cause
from simulator_tests.azure.harness import AzureHarness

CAUSE = Cause("cluster-1", "aks", "v1", "Service", "shop-system", "gateway")


@pytest.mark.parametrize("type", CONTROLLER_TYPES, ids=lambda item: item.token)
def test_types_of_controllers_are_known_for_stored_records(type: ArmType) -> None:
    record = Record(f"/subscriptions/s/resourceGroups/g/providers/{type.kind}/it", type.token, {})
    assert type_registry.type_of(record).path == type.path
    assert type.schema.outputs.properties, "the SDK knows its shape"


def test_causes_are_stored_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "azure.json"
    id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/pvc-1"
    cloud = Cloud.open(path, write_seconds=0)
    cloud.put(with_causes(Record(id, CONTROLLER_TYPES[1].token, {}), {id: CAUSE}))
    cloud.save()
    again = Cloud.open(path, write_seconds=0)
    assert list(caused(again)) == [(id, CAUSE)]
    assert str(CAUSE) == "Service shop-system/gateway of cluster aks"


def test_resources_of_programs_have_no_cause() -> None:
    azure = AzureHarness()
    group = azure.group()
    record = azure.cloud.get(group.id)
    assert record is not None
    assert causes_of(record) == {}
    assert list(caused(azure.cloud)) == []
