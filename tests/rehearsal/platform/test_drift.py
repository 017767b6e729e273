"""`drift` reports changes of the deployed platform in the portal, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from azure_rehearsal.engine.drift import Drift, drift_in
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.protocol.provider import Resource
from tests.rehearsal.platform.plans import changes
from tests.unit.stacks import PRODUCTION, PROJECT
from tools.rehearsal_adapter import VoiceAdapter

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive]

GROUP = "voice-eastus-network-security-sip"
POOL = "voice-eastus-aks-pool-apia"
CLUSTER = "voice-eastus-aks-cluster"
LINK = "voice-eastus-vault-endpoint-zones"


def found_in(rehearsal: Rehearsal) -> list[Drift]:
    run = rehearsal.refresh_preview()
    assert run.ok, run.text
    return drift_in(rehearsal.stack, rehearsal.event_log)


def deployed(rehearsal: Rehearsal) -> dict[str, dict[str, Any]]:
    """The resources in the state, by name."""
    return {item["urn"].rsplit("::", 1)[-1]: item for item in rehearsal.export()["resources"] if item.get("id")}


def create_in_the_portal(rehearsal: Rehearsal, type: str, inputs: dict[str, Any]) -> None:
    """Creates a resource without Pulumi."""
    caller = VoiceAdapter(PROJECT).caller(yaml.safe_load(PRODUCTION.read_text())["config"])
    stand_in = rehearsal.backends.factories(caller)["azure-native"]()
    resource = Resource("urn:pulumi:portal::portal::portal::by-hand", type, "by-hand")
    checked, refused = stand_in.check(resource, {}, inputs, b"")
    assert not refused
    stand_in.create(resource, checked, preview=False)


def test_manual_changes_deletions_and_additions_are_reported_and_reverted(own_production: Rehearsal) -> None:
    assert found_in(own_production) == []
    world, resources = own_production.backends, deployed(own_production)
    id_of = {name: resource["id"] for name, resource in resources.items()}

    world.change(id_of[POOL], "maxCount", 9)
    world.change(id_of[CLUSTER], "tags.owner", "alice")
    world.remove(id_of[LINK])
    open_to_all = {
        "name": "debug",
        "priority": 4000,
        "direction": "Inbound",
        "access": "Allow",
        "protocol": "*",
        "sourceAddressPrefix": "*",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "*",
    }
    world.change(id_of[GROUP], "securityRules", [*resources[GROUP]["outputs"]["securityRules"], open_to_all])
    create_in_the_portal(
        own_production,
        "azure-native:containerservice:AgentPool",
        {
            "resourceGroupName": id_of[CLUSTER].split("/")[4],
            "resourceName": id_of[CLUSTER].rsplit("/", 1)[-1],
            "agentPoolName": "debug",
            "count": 1,
            "mode": "User",
            "vmSize": "Standard_D4s_v5",
            "osType": "Linux",
            "vnetSubnetID": id_of["voice-eastus-network-subnet-workload"],
        },
    )

    found = {drift.name: drift for drift in found_in(own_production)}
    assert set(found) == {POOL, CLUSTER, LINK, GROUP}
    (size,) = found[POOL].changes
    assert str(size) == f"maxCount: was {resources[POOL]['inputs']['maxCount']}, is 9"
    assert found[LINK].lines() == [
        f"{LINK} (azure-native:network:PrivateDnsZoneGroup) no longer exists; its id was {id_of[LINK]}"
    ]
    (rule,) = found[GROUP].changes
    assert (rule.path, rule.now["sourceAddressPrefix"]) == ("securityRules[debug]", "*")
    tag, pool = sorted(found[CLUSTER].changes, key=lambda change: change.path, reverse=True)
    assert str(tag) == 'tags.owner: was not set, is "alice"'
    assert (pool.path, pool.now["count"]) == ("agentPoolProfiles[debug]", 1)

    back = own_production.up("--refresh")
    assert back.ok, back.text
    assert {name for names in changes(back).values() for name in names} >= {POOL, LINK, GROUP}
    assert {drift.name for drift in found_in(own_production)} == {CLUSTER}, (
        "a deployment does not delete a pool that it did not create"
    )
