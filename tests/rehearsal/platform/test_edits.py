"""Edits that people make, on a deployed platform: every operation is counted, and what cannot be had is refused."""

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
"""Its Deployment and its ConfigMap, which have one name. Neither is ever missing."""


def test_a_grown_pool_another_rtp_range_and_a_rotated_secret_plan_themselves_alone(production: Rehearsal) -> None:
    """Three edits in one plan, to start the engine once: what they plan is disjoint, so each is seen to be all."""
    edits = {
        "voice:aks.pools.api.maxNodes": 6,
        "voice:telephony.rtpPorts": {"first": 18000, "last": 27999},
        "voice:keyVault.generations": {"jwt-signing-key": 2},
    }
    found = planned(production, edits)
    assert sorted(found["update"]) == sorted(
        [
            "voice-eastus-aks-pool-apia",
            # Whoever runs on the pool may fill it.
            *(f"voice-eastus-services-quotas-quota-voice-{namespace}" for namespace in ("apps", "edge", "system")),
            "voice-eastus-network-security-sip",
            *(f"voice-eastus-aks-pool-sip{zone}a" for zone in "123"),
            "voice-eastus-vault-secret-jwt-signing-key",
            # Its configuration rolls its pods, as the secret's generation does those that read it.
            *FREESWITCH,
            "voice-eastus-voice-voice-agent-chart:voice-agents/voice-agent",
        ]
    )
    renewed = {name for op, names in found.items() if op != "update" for name in names}
    assert renewed == {"voice-eastus-vault-value-jwt-signing-key"}


def test_a_region_that_is_added_to_the_list_changes_only_who_may_reach_the_database(production: Rehearsal) -> None:
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


def test_storage_of_the_database_grows_in_place_and_never_shrinks(own_production: Rehearsal) -> None:
    fixed = {"voice:data.postgresql.autoGrow": False}
    larger = {**fixed, "voice:data.postgresql.storageGib": 512}
    # A dump finds room for all that the database may hold.
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
    ids=["a rename of everything", "a database that goes"],
)
def test_what_would_take_something_protected_away_is_refused(production: Rehearsal, edit: dict[str, Any]) -> None:
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
    ids=["an older Kubernetes", "the other way to a database"],
)
def test_what_azure_never_takes_back_is_refused_when_it_is_tried(
    own_production: Rehearsal, edit: dict[str, Any], code: str
) -> None:
    run = own_production.up(config=edit)
    assert not run.ok
    assert any(code in (failure.message + failure.name) for failure in failures_of(run)), run.text
