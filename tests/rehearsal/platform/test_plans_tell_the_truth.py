"""Edits, planned on a deployed platform: an edit plans what it means and nothing more."""

from __future__ import annotations

from typing import Any

import pytest

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.run import Run
from azure_rehearsal.reports.failures import failures_of
from tests.rehearsal.platform.plans import changes

pytestmark = pytest.mark.rehearsal

CLUSTER = "voice-eastus-aks-cluster"
OLD = {"name": "a", "vmSize": "Standard_D8s_v5"}
NEW = {"name": "b", "vmSize": "Standard_D16s_v5"}
GENERATIONS = "voice:aks.mediaPools.sip.generations"
ZONES = "123"
SIP_WORKLOADS = [f"voice-eastus-voice-{name}-chart:voice-media/{name}" for name in ("freeswitch", "livekit-sip")]


def sip_pools(generation: str) -> list[str]:
    return [f"voice-eastus-aks-pool-sip{zone}{generation}" for zone in ZONES]


def planned(production: Rehearsal, config: dict[str, Any]) -> dict[str, list[str]]:
    run = production.preview(config=config)
    assert run.ok, run.text
    return changes(run)


def deploy(production: Rehearsal, config: dict[str, Any]) -> Run:
    run = production.up(config=config)
    assert run.ok, run.text
    return run


@pytest.mark.exhaustive
def test_without_an_edit_nothing_changes(production: Rehearsal) -> None:
    assert planned(production, {}) == {}


def test_a_setting_of_the_cluster_a_rule_and_a_new_generation_plan_themselves_and_nothing_behind_them(
    production: Rehearsal,
) -> None:
    """Three edits in one plan, to start the engine once: what they plan is disjoint, so each is seen to be all."""
    carrier = {"name": "acme", "signallingCidrs": ["203.0.113.0/28"], "mediaCidrs": ["203.0.113.64/26"]}
    edits = {
        "voice:aks.autoscaler.scanInterval": "20s",
        "voice:telephony.carriers": [carrier],
        GENERATIONS: [OLD, NEW],
    }
    assert planned(production, edits) == {
        "update": [
            CLUSTER,
            "voice-eastus-network-security-sip",
            # Both generations may be full at once, and the new one has larger nodes.
            "voice-eastus-services-quotas-limits-voice-media",
            "voice-eastus-services-quotas-quota-voice-media",
            # They may run on the new nodes too.
            *SIP_WORKLOADS,
        ],
        "create": sip_pools("b"),
    }


@pytest.mark.exhaustive
def test_a_tag_of_the_whole_stack_is_updates_only(production: Rehearsal) -> None:
    found = planned(production, {"voice:tags": {"cost-center": "other"}})
    assert set(found) == {"update"}
    assert CLUSTER in found["update"]
    behind = [name for name in found["update"] if "-role-" in name or "-deployer-" in name or "-services-" in name]
    assert not behind, "what depends on a tagged resource seems to change with it"


@pytest.mark.exhaustive
def test_a_kubernetes_upgrade_is_one_update_of_the_cluster_and_each_pool(production: Rehearsal) -> None:
    found = planned(production, {"voice:aks.kubernetesVersion": "1.37"})
    assert set(found) == {"update"}
    pools = {name for name in found["update"] if "-pool-" in name}
    namespaces = {name for name in found["update"] if "-namespace-" in name}
    assert len(pools) == 2 * len(ZONES) + 2
    assert set(found["update"]) == {CLUSTER, *pools, *namespaces}, "namespaces pin the version's Pod Security rules"


@pytest.mark.exhaustive
def test_the_size_of_a_media_pool_in_place_is_refused_with_the_way_out(production: Rehearsal) -> None:
    run = production.preview(config={GENERATIONS: [{**OLD, "vmSize": "Standard_D16s_v5"}]})
    assert not run.ok
    refused = {failure.name: failure.remediation for failure in failures_of(run)}
    assert set(sip_pools("a")) & set(refused), run.text
    assert all("generation" in refused[name] for name in set(sip_pools("a")) & set(refused))


@pytest.mark.exhaustive
def test_a_generation_retires_by_one_update_and_goes_by_one_delete_in_each_zone(own_production: Rehearsal) -> None:
    retiring = {GENERATIONS: [{**OLD, "state": "retiring"}, NEW]}
    deploy(own_production, {GENERATIONS: [OLD, NEW]})
    assert planned(own_production, retiring) == {"update": [*sip_pools("a"), *SIP_WORKLOADS]}
    deploy(own_production, retiring)
    run = deploy(own_production, {GENERATIONS: [NEW]})
    assert changes(run) == {
        "delete": sip_pools("a"),
        "update": ["voice-eastus-services-quotas-quota-voice-media"],
    }
