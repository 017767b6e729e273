"""Edits of metrics, traces and scaling on a deployed platform: each test counts every operation."""

from __future__ import annotations

import pytest

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.run import Run
from tests.rehearsal.platform.plans import changes

pytestmark = pytest.mark.rehearsal

CLUSTER = "voice-eastus-aks-cluster"
SERVICES = "voice-eastus-services"
KEDA_IDENTITY = "voice-eastus-identity-keda-operator"
SCALING_ACCESS = [
    KEDA_IDENTITY,
    f"{KEDA_IDENTITY}-identity",
    f"{KEDA_IDENTITY}-trust",
    f"{SERVICES}-scaling",
    f"{SERVICES}-scaling-authentication",
    "voice-eastus-telemetry-metrics-keda-operator",
]
IN_CLUSTER = {"voice:metrics.backend": "inCluster"}


WORKLOADS = "voice-eastus-voice"
"""The prefix of the names of the workloads' charts and their objects."""


def of_the_platform(run: Run) -> dict[str, list[str]]:
    """The changes of a run, without network policies and workloads, which follow from the others."""
    assert run.ok, run.text
    found = {
        op: [name for name in names if "-policies-" not in name and not name.startswith(WORKLOADS)]
        for op, names in changes(run).items()
    }
    return {op: names for op, names in found.items() if names}


@pytest.mark.exhaustive
def test_another_trace_sample_rate_and_no_scaling_change_nothing_else(production: Rehearsal) -> None:
    """Two edits share one plan, to start the engine once. They change disjoint resources."""
    # The number of calls changes no resource: without scaling, the minimum of pods must carry them.
    fewer_calls = {"voice:telephony.concurrentCalls": 10}
    run = production.preview(config={"voice:tracing.samplePercent": 50, "voice:scaling.enabled": False, **fewer_calls})
    assert of_the_platform(run) == {
        "update": [CLUSTER, f"{SERVICES}-tracing-collector"],
        "delete": sorted([*SCALING_ACCESS, f"{SERVICES}-metrics-target-keda"]),
    }


@pytest.mark.exhaustive
def test_metrics_move_into_the_cluster_and_back_without_replacing_the_cluster(own_production: Rehearsal) -> None:
    moved = of_the_platform(own_production.up(config=IN_CLUSTER))
    assert moved["update"] == [CLUSTER], "the cluster must change in place"
    assert set(moved) == {"create", "update", "delete"}
    created, deleted = set(moved["create"]), set(moved["delete"])
    assert {name for name in created if "-target-" in name} == {name for name in deleted if "-target-" in name}, (
        "the two APIs have different monitor objects"
    )
    assert created >= {f"{SERVICES}-metrics-prometheus", f"{SERVICES}-metrics-rules"}
    assert deleted >= {"voice-eastus-rules-nodes", "voice-eastus-monitoring-metrics", *SCALING_ACCESS}
    assert changes(own_production.preview(config=IN_CLUSTER)) == {}
    assert of_the_platform(own_production.up()) == {
        "create": moved["delete"],
        "update": [CLUSTER],
        "delete": moved["create"],
    }
    assert changes(own_production.preview()) == {}


@pytest.mark.exhaustive
def test_jaeger_adds_one_release_and_updates_the_collector(production: Rehearsal) -> None:
    run = production.preview(config={"voice:tracing.exporters": ["applicationInsights", "jaeger"]})
    assert of_the_platform(run) == {
        "create": [f"{SERVICES}-tracing-jaeger"],
        "update": [f"{SERVICES}-tracing-collector"],
    }
