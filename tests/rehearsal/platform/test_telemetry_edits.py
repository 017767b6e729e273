"""Edits of metrics, traces and scaling on a deployed platform, counted."""

from __future__ import annotations

import pytest

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.run import Run
from tests.rehearsal.platform.plans import changes

pytestmark = pytest.mark.rehearsal

CLUSTER = "voice-eastus-aks-cluster"
SERVICES = "voice-eastus-services"
KEDAS_IDENTITY = "voice-eastus-identity-keda-operator"
RIGHTS_TO_SCALE = [
    KEDAS_IDENTITY,
    f"{KEDAS_IDENTITY}-identity",
    f"{KEDAS_IDENTITY}-trust",
    f"{SERVICES}-scaling",
    f"{SERVICES}-scaling-authentication",
    "voice-eastus-telemetry-metrics-keda-operator",
]
IN_CLUSTER = {"voice:metrics.backend": "inCluster"}


WORKLOADS = "voice-eastus-voice"
"""What the names of charts of workloads and of their objects begin with."""


def of_the_platform(run: Run) -> dict[str, list[str]]:
    """What a run changes, but for what follows: who may talk to whom, and workloads that are told of it."""
    assert run.ok, run.text
    found = {
        op: [name for name in names if "-policies-" not in name and not name.startswith(WORKLOADS)]
        for op, names in changes(run).items()
    }
    return {op: names for op, names in found.items() if names}


@pytest.mark.exhaustive
def test_another_share_of_traces_and_no_scaling_plan_themselves_alone(production: Rehearsal) -> None:
    """Two edits in one plan, to start the engine once: what they plan is disjoint, so each is seen to be all."""
    # Fewer calls change nothing that is deployed: without scaling, the fewest pods must carry them.
    fewer_calls = {"voice:telephony.concurrentCalls": 10}
    run = production.preview(config={"voice:tracing.samplePercent": 50, "voice:scaling.enabled": False, **fewer_calls})
    assert of_the_platform(run) == {
        "update": [CLUSTER, f"{SERVICES}-tracing-collector"],
        "delete": sorted([*RIGHTS_TO_SCALE, f"{SERVICES}-metrics-target-keda"]),
    }


@pytest.mark.exhaustive
def test_metrics_move_into_the_cluster_and_back_while_the_cluster_stays(own_production: Rehearsal) -> None:
    moved = of_the_platform(own_production.up(config=IN_CLUSTER))
    assert moved["update"] == [CLUSTER], "in place: a replaced cluster would be among the others"
    assert set(moved) == {"create", "update", "delete"}
    made, gone = set(moved["create"]), set(moved["delete"])
    assert {name for name in made if "-target-" in name} == {name for name in gone if "-target-" in name}, (
        "monitors of the other API are other objects"
    )
    assert made >= {f"{SERVICES}-metrics-prometheus", f"{SERVICES}-metrics-rules"}
    assert gone >= {"voice-eastus-rules-nodes", "voice-eastus-monitoring-metrics", *RIGHTS_TO_SCALE}
    assert changes(own_production.preview(config=IN_CLUSTER)) == {}
    assert of_the_platform(own_production.up()) == {
        "create": moved["delete"],
        "update": [CLUSTER],
        "delete": moved["create"],
    }
    assert changes(own_production.preview()) == {}


@pytest.mark.exhaustive
def test_jaeger_by_setting_is_one_release_more_and_told_to_the_collector(production: Rehearsal) -> None:
    run = production.preview(config={"voice:tracing.exporters": ["applicationInsights", "jaeger"]})
    assert of_the_platform(run) == {
        "create": [f"{SERVICES}-tracing-jaeger"],
        "update": [f"{SERVICES}-tracing-collector"],
    }
