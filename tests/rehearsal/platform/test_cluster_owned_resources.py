"""Azure resources of the cluster's controllers, on the real engine: they use the region's addresses and are deleted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from azure_rehearsal.engine.drift import drift_in
from azure_rehearsal.engine.engine import Rehearsal
from tools.rehearsal_adapter import PROTECT

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive]


def records(deployed: Path) -> dict[str, dict]:
    """The resources of the simulated Azure, by id."""
    found = json.loads((deployed / "world" / "azure.json").read_text())["records"]
    return {record["id"]: record for record in found}


def test_the_gateway_uses_the_address_of_the_region_in_the_node_resource_group(
    deployed: Path, production: Rehearsal
) -> None:
    assert production.backends.unready() == []
    balancers = {
        id: item
        for id, item in records(deployed).items()
        if id.endswith("-nodes/providers/Microsoft.Network/loadBalancers/kubernetes")
    }
    (balancer,) = balancers.values()
    stands_on = {
        item["publicIPAddress"]["id"].rsplit("/", 1)[-1] for item in balancer["properties"]["frontendIPConfigurations"]
    }
    assert "pip-voice-test-eastus-gateway" in stands_on
    assert {cause["kind"] for cause in balancer["causes"].values()} == {"Service"}


def test_resources_of_the_cluster_are_not_drift_and_a_destroy_deletes_them(
    own_production: Rehearsal,
) -> None:
    assert own_production.refresh_preview().ok
    assert drift_in(own_production.stack, own_production.event_log) == []
    assert own_production.up(config={PROTECT: False}).ok
    destroyed = own_production.destroy(config={PROTECT: False})
    assert destroyed.ok, destroyed.text
    assert own_production.backends.orphans() == []
    assert own_production.backends.leftovers() == []
