"""What the platform's cluster makes in Azure, on the real engine: it stands on our addresses, and nothing is left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from azure_rehearsal.engine.drift import drift_in
from azure_rehearsal.engine.engine import Rehearsal
from tools.rehearsal_adapter import PROTECT

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive]


def records(deployed: Path) -> dict[str, dict]:
    """What is in the simulated Azure, by id."""
    found = json.loads((deployed / "world" / "azure.json").read_text())["records"]
    return {record["id"]: record for record in found}


def test_the_gateway_stands_on_the_regions_address_in_the_group_of_the_nodes(
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


def test_what_the_cluster_made_is_no_drift_and_nothing_of_it_is_left_after_a_destroy(
    own_production: Rehearsal,
) -> None:
    assert own_production.refresh_preview().ok
    assert drift_in(own_production.stack, own_production.event_log) == []
    assert own_production.up(config={PROTECT: False}).ok
    destroyed = own_production.destroy(config={PROTECT: False})
    assert destroyed.ok, destroyed.text
    assert own_production.backends.orphans() == []
    assert own_production.backends.leftovers() == []
