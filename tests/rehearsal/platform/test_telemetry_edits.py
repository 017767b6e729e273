"""Edits of metrics, traces and scaling on a deployed platform, counted."""

from __future__ import annotations

import pytest

from rehearsal.engine import Rehearsal
from rehearsal.run import Run
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


def but_for_policies(run: Run) -> dict[str, list[str]]:
    """Who may talk to whom follows from what runs; `test_policies` asks about that."""
    assert run.ok, run.text
    found = {op: [name for name in names if "-policies-" not in name] for op, names in changes(run).items()}
    return {op: names for op, names in found.items() if names}


def test_another_share_of_traces_and_no_scaling_plan_themselves_alone(production: Rehearsal) -> None:
    """Two edits in one plan, to start the engine once: what they plan is disjoint, so each is seen to be all."""
    run = production.preview(config={"voice:tracing.samplePercent": 50, "voice:scaling.enabled": False})
    assert but_for_policies(run) == {
        "update": [CLUSTER, f"{SERVICES}-tracing-collector"],
        "delete": sorted([*RIGHTS_TO_SCALE, f"{SERVICES}-metrics-target-keda"]),
    }


@pytest.mark.exhaustive
def test_metrics_move_into_the_cluster_and_back_while_the_cluster_stays(own_production: Rehearsal) -> None:
    moved = but_for_policies(own_production.up(config=IN_CLUSTER))
    assert moved["update"] == [CLUSTER], "in place: a replaced cluster would be among the others"
    assert set(moved) == {"create", "update", "delete"}
    made, gone = set(moved["create"]), set(moved["delete"])
    assert {name for name in made if "-target-" in name} == {name for name in gone if "-target-" in name}, (
        "monitors of the other API are other objects"
    )
    assert made >= {f"{SERVICES}-metrics-prometheus", f"{SERVICES}-metrics-rules"}
    assert gone >= {"voice-eastus-rules-nodes", "voice-eastus-monitoring-metrics", *RIGHTS_TO_SCALE}
    assert changes(own_production.preview(config=IN_CLUSTER)) == {}
    assert but_for_policies(own_production.up()) == {
        "create": moved["delete"],
        "update": [CLUSTER],
        "delete": moved["create"],
    }
    assert changes(own_production.preview()) == {}


@pytest.mark.exhaustive
def test_jaeger_comes_before_the_collector_that_sends_to_it(own_production: Rehearsal) -> None:
    run = own_production.up(config={"voice:tracing.exporters": ["applicationInsights", "jaeger"]})
    assert but_for_policies(run) == {
        "create": [f"{SERVICES}-tracing-jaeger"],
        "update": [f"{SERVICES}-tracing-collector"],
    }
