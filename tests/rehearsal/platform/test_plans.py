"""Plans of edits on a deployed platform: a plan has the intended changes and no others."""

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
def test_a_plan_without_an_edit_has_no_changes(production: Rehearsal) -> None:
    assert planned(production, {}) == {}


def test_a_cluster_setting_a_rule_and_a_new_generation_change_no_dependents(
    production: Rehearsal,
) -> None:
    """Three edits share one plan, to start the engine once. They change disjoint resources."""
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
            # The quota covers both generations, and the new one has larger nodes.
            "voice-eastus-services-quotas-limits-voice-media",
            "voice-eastus-services-quotas-quota-voice-media",
            # Their node affinity includes the new nodes.
            *SIP_WORKLOADS,
        ],
        "create": sip_pools("b"),
    }


@pytest.mark.exhaustive
def test_a_tag_of_the_whole_stack_causes_only_updates(production: Rehearsal) -> None:
    found = planned(production, {"voice:tags": {"cost-center": "other"}})
    assert set(found) == {"update"}
    assert CLUSTER in found["update"]
    behind = [name for name in found["update"] if "-role-" in name or "-deployer-" in name or "-services-" in name]
    assert not behind, "a tag must not change the dependents of a resource"


@pytest.mark.exhaustive
def test_a_kubernetes_upgrade_updates_the_cluster_and_each_pool_once(production: Rehearsal) -> None:
    found = planned(production, {"voice:aks.kubernetesVersion": "1.37"})
    assert set(found) == {"update"}
    pools = {name for name in found["update"] if "-pool-" in name}
    namespaces = {name for name in found["update"] if "-namespace-" in name}
    assert len(pools) == 2 * len(ZONES) + 2
    assert set(found["update"]) == {CLUSTER, *pools, *namespaces}, "namespaces pin the version of Pod Security"


@pytest.mark.exhaustive
def test_changing_the_vm_size_of_a_media_pool_is_refused_with_the_remediation(production: Rehearsal) -> None:
    run = production.preview(config={GENERATIONS: [{**OLD, "vmSize": "Standard_D16s_v5"}]})
    assert not run.ok
    refused = {failure.name: failure.remediation for failure in failures_of(run)}
    assert set(sip_pools("a")) & set(refused), run.text
    assert all("generation" in refused[name] for name in set(sip_pools("a")) & set(refused))


@pytest.mark.exhaustive
def test_a_generation_is_retired_by_one_update_and_removed_by_one_delete_per_zone(
    own_production: Rehearsal,
) -> None:
    retiring = {GENERATIONS: [{**OLD, "state": "retiring"}, NEW]}
    deploy(own_production, {GENERATIONS: [OLD, NEW]})
    assert planned(own_production, retiring) == {"update": [*sip_pools("a"), *SIP_WORKLOADS]}
    deploy(own_production, retiring)
    run = deploy(own_production, {GENERATIONS: [NEW]})
    assert changes(run) == {
        "delete": sip_pools("a"),
        "update": ["voice-eastus-services-quotas-quota-voice-media"],
    }
