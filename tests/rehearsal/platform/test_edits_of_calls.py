"""Edits of what carries calls, on a deployed platform: every operation is counted."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from azure_rehearsal.engine.engine import Rehearsal

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive]

ACME = {"name": "acme", "signallingCidrs": ["203.0.113.0/28"]}
ANOTHER = {"name": "another", "signallingCidrs": ["203.0.113.32/28"]}


def updates(production: Rehearsal, config: dict[str, Any]) -> Counter[str]:
    """What a plan updates, as kind and name, each with how often; nothing may be created, replaced or deleted."""
    run = production.preview(config=config)
    assert run.ok, run.text
    steps = [step for step in run.changing_steps if step.type != "pulumi:pulumi:Stack"]
    assert {step.op for step in steps} == {"update"}, [(step.op, step.name) for step in steps if step.op != "update"]
    return Counter(f"{step.type.rpartition(':')[2]} {step.name.rpartition('/')[2]}" for step in steps)


def test_a_longer_call_moves_every_clock_that_waits_for_one(production: Rehearsal) -> None:
    pools = [f"{pool}{zone}a" for pool in ("sip", "livekit") for zone in "123"]
    assert updates(production, {"voice:telephony.maxCallSeconds": 5400}) == Counter(
        [
            # How long AKS waits for a node.
            *(f"AgentPool voice-eastus-aks-pool-{pool}" for pool in (*pools, "agentsa", "apia")),
            # How long a pod may take, and what ends a call.
            *(f"Deployment {name}" for name in ("freeswitch", "livekit", "livekit-sip", "voice-agent")),
            *(f"ConfigMap {name}" for name in ("freeswitch", "voice-agent")),
        ]
    )


def test_a_carrier_more_is_let_in_and_known_and_changes_nothing_else(production: Rehearsal) -> None:
    assert updates(production, {"voice:telephony.carriers": [ACME, ANOTHER]}) == Counter(
        [
            "NetworkSecurityGroup voice-eastus-network-security-sip",
            "NetworkSecurityGroup voice-eastus-network-security-workload",
            "NetworkPolicy voice-eastus-services-policies-voice-edge-sip-edge",
            *(f"{kind} {name}" for kind in ("ConfigMap", "Deployment") for name in ("freeswitch", "sip-edge")),
        ]
    )


def test_cluster_database_and_vault_change_in_place_and_nothing_in_the_cluster_with_them(
    production: Rehearsal,
) -> None:
    """While a resource is updated Azure's provider knows none of its outputs: no chart may be told one. With a fourth
    edit, of a number of pods, which shows that the plan sees the charts.
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
