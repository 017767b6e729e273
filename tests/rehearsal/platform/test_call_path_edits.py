"""Edits of the call path of a deployed platform: each test counts every operation."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from azure_rehearsal.engine.engine import Rehearsal

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive]

ACME = {"name": "acme", "signallingCidrs": ["203.0.113.0/28"]}
ANOTHER = {"name": "another", "signallingCidrs": ["203.0.113.32/28"]}


def updates(production: Rehearsal, config: dict[str, Any]) -> Counter[str]:
    """The updates of a plan, as kind and name with their counts. The plan must not create, replace or delete."""
    run = production.preview(config=config)
    assert run.ok, run.text
    steps = [step for step in run.changing_steps if step.type != "pulumi:pulumi:Stack"]
    assert {step.op for step in steps} == {"update"}, [(step.op, step.name) for step in steps if step.op != "update"]
    return Counter(f"{step.type.rpartition(':')[2]} {step.name.rpartition('/')[2]}" for step in steps)


def test_a_longer_call_limit_changes_every_timeout_that_depends_on_it(production: Rehearsal) -> None:
    pools = [f"{pool}{zone}a" for pool in ("sip", "livekit") for zone in "123"]
    assert updates(production, {"voice:telephony.maxCallSeconds": 5400}) == Counter(
        [
            # The drain timeout of AKS.
            *(f"AgentPool voice-eastus-aks-pool-{pool}" for pool in (*pools, "agentsa", "apia")),
            # The grace periods of pods, and the limits of a call.
            *(f"Deployment {name}" for name in ("freeswitch", "livekit", "livekit-sip", "voice-agent")),
            *(f"ConfigMap {name}" for name in ("freeswitch", "voice-agent")),
        ]
    )


def test_a_further_carrier_is_admitted_and_configured_and_changes_nothing_else(production: Rehearsal) -> None:
    assert updates(production, {"voice:telephony.carriers": [ACME, ANOTHER]}) == Counter(
        [
            "NetworkSecurityGroup voice-eastus-network-security-sip",
            "NetworkSecurityGroup voice-eastus-network-security-workload",
            "NetworkPolicy voice-eastus-services-policies-voice-edge-sip-edge",
            *(f"{kind} {name}" for kind in ("ConfigMap", "Deployment") for name in ("freeswitch", "sip-edge")),
        ]
    )


def test_cluster_database_and_vault_change_in_place_without_changes_in_the_cluster(
    production: Rehearsal,
) -> None:
    """The outputs of a resource are unknown during its update, so no chart may depend on one. The fourth edit, a number
    of pods, proves that the plan includes the charts.
    """
    edits = {
        "voice:aks.autoscaler.scanInterval": "20s",
        "voice:data.postgresql.backupRetentionDays": 14,
        "voice:keyVault.expiry": {"redis-password": "2027-11-30"},
        "voice:sipEdge.replicas": 3,
    }
    assert updates(production, edits) == Counter(
        [
            "ManagedCluster voice-eastus-aks-cluster",
            "Server voice-eastus-data-postgresql-server",
            "Secret voice-eastus-vault-secret-redis-password",
            "Deployment sip-edge",
        ]
    )
