"""Common edits of a deployed platform: each test counts every operation, and impossible edits are refused."""

from __future__ import annotations

from typing import Any

import pytest

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.reports.failures import failures_of
from tests.rehearsal.platform.plans import changes

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive]

DATABASE = "voice-eastus-data-postgresql-server"
DUMP = "voice-eastus-voice-database-jobs-chart:voice-system/database-jobs-dump"


def planned(production: Rehearsal, config: dict[str, Any]) -> dict[str, list[str]]:
    run = production.preview(config=config)
    assert run.ok, run.text
    return changes(run)


FREESWITCH = ["voice-eastus-voice-freeswitch-chart:voice-media/freeswitch"] * 2
"""Its Deployment and its ConfigMap, which have one name."""


def test_a_larger_pool_another_rtp_range_and_a_rotated_secret_change_nothing_else(production: Rehearsal) -> None:
    """Three edits share one plan, to start the engine once. They change disjoint resources."""
    edits = {
        "voice:aks.pools.api.maxNodes": 6,
        "voice:telephony.rtpPorts": {"first": 18000, "last": 27999},
        "voice:keyVault.generations": {"jwt-signing-key": 2},
    }
    found = planned(production, edits)
    assert sorted(found["update"]) == sorted(
        [
            "voice-eastus-aks-pool-apia",
            # The quotas of its namespaces follow its size.
            *(f"voice-eastus-services-quotas-quota-voice-{namespace}" for namespace in ("apps", "edge", "system")),
            "voice-eastus-network-security-sip",
            *(f"voice-eastus-aks-pool-sip{zone}a" for zone in "123"),
            "voice-eastus-vault-secret-jwt-signing-key",
            # A changed configuration rolls the pods, and so does a new generation of a secret.
            *FREESWITCH,
            "voice-eastus-voice-voice-agent-chart:voice-agents/voice-agent",
        ]
    )
    renewed = {name for op, names in found.items() if op != "update" for name in names}
    assert renewed == {"voice-eastus-vault-value-jwt-signing-key"}


def test_adding_a_region_to_the_list_changes_only_access_to_the_database(production: Rehearsal) -> None:
    regions = [
        {"name": "eastus", "number": 1, "location": "eastus", "role": "primary"},
        {"name": "westeurope", "number": 2, "location": "westeurope"},
        {"name": "southeastasia", "number": 3, "location": "southeastasia"},
    ]
    assert planned(production, {"voice:regions": regions}) == {
        "update": [
            "voice-eastus-network-security-postgresql",
            *(
                f"voice-eastus-services-policies-voice-{reader}"
                for reader in ("agents-voice-agent", "system-database-jobs")
            ),
        ]
    }


def test_database_storage_grows_in_place_and_never_shrinks(own_production: Rehearsal) -> None:
    fixed = {"voice:data.postgresql.autoGrow": False}
    larger = {**fixed, "voice:data.postgresql.storageGib": 512}
    # The dump's volume is as large as the database.
    assert planned(own_production, larger) == {"update": [DATABASE, DUMP]}
    assert own_production.up(config=larger).ok
    smaller = own_production.up(config={**fixed, "voice:data.postgresql.storageGib": 256})
    assert not smaller.ok
    assert {failure.name for failure in failures_of(smaller)} >= {DATABASE}
    assert any("storage" in failure.message.lower() for failure in failures_of(smaller))


@pytest.mark.parametrize(
    "edit",
    [
        {"voice:naming.prefix": "other"},
        {"voice:data.postgresql.mode": "external", "voice:data.postgresql.externalHost": "db.example.com"},
    ],
    ids=["another prefix", "an external database"],
)
def test_deleting_protected_resources_is_refused(production: Rehearsal, edit: dict[str, Any]) -> None:
    run = production.preview(config=edit)
    assert not run.ok
    failures = failures_of(run)
    assert all("protect" in failure.meaning for failure in failures), run.text
    assert all("voice:protect" in failure.remediation for failure in failures)


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        ({"voice:aks.kubernetesVersion": "1.35"}, "OperationNotAllowed"),
        ({"voice:data.postgresql.network": "privateEndpoint"}, "voice-eastus-data-postgresql-server"),
    ],
    ids=["an older Kubernetes", "a private endpoint for the database"],
)
def test_changes_that_azure_does_not_support_are_refused_during_the_deployment(
    own_production: Rehearsal, edit: dict[str, Any], code: str
) -> None:
    run = own_production.up(config=edit)
    assert not run.ok
    assert any(code in (failure.message + failure.name) for failure in failures_of(run)), run.text
