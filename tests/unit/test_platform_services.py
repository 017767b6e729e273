"""Namespaces, storage classes and priority classes, which workloads require."""

from __future__ import annotations

import pytest

from tests.unit.graph import Graph
from tests.unit.stacks import PRODUCTION, graph_of


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(PRODUCTION)


@pytest.mark.requirement("C19", "K18")
def test_every_namespace_enforces_a_pod_security_level_with_the_version_of_the_cluster(graph: Graph) -> None:
    levels = {}
    for namespace in graph.of_type("kubernetes:core/v1:Namespace"):
        labels = namespace.inputs["metadata"]["labels"]
        levels[namespace.inputs["metadata"]["name"]] = labels["pod-security.kubernetes.io/enforce"]
        assert labels["pod-security.kubernetes.io/enforce-version"] == "v1.36"
    assert [name for name, level in levels.items() if level == "privileged"] == ["voice-media"]
    assert levels["voice-agents"] == levels["voice-edge"] == "restricted"


@pytest.mark.requirement("C9", "C10")
def test_there_are_the_three_required_storage_classes(graph: Graph) -> None:
    classes = {
        item.inputs["metadata"]["name"]: item.inputs
        for item in graph.of_type("kubernetes:storage.k8s.io/v1:StorageClass")
    }
    assert {name: item["parameters"]["skuName"] for name, item in classes.items()} == {
        "fast-ssd": "Premium_LRS",
        "standard-ssd": "StandardSSD_LRS",
        "bulk-storage": "Standard_LRS",
    }
    for item in classes.values():
        assert item["provisioner"] == "disk.csi.azure.com"
        assert item["volumeBindingMode"] == "WaitForFirstConsumer", (
            "the disk is created after the scheduler has chosen the zone"
        )


def test_workloads_with_calls_have_the_highest_priority(graph: Graph) -> None:
    values = {
        item.inputs["metadata"]["name"]: item.inputs["value"]
        for item in graph.of_type("kubernetes:scheduling.k8s.io/v1:PriorityClass")
    }
    assert sorted(values, key=lambda name: values[name]) == [
        "voice-batch",
        "voice-platform",
        "voice-agents",
        "voice-media",
    ]
    assert values["voice-media"] < 1_000_000_000, "higher values are reserved for Kubernetes"
