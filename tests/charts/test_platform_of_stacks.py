"""The workloads of a stack together with its cluster and nodes."""

from __future__ import annotations

import pytest

from tests.charts.deployed import STACKS_OF_CLASSES, charts_of, named, selected_pool
from tests.charts.workloads import DEPLOYMENTS, settings_of
from tests.unit.graph import Graph
from tests.unit.stacks import PROJECT, graph_of

every_class = pytest.mark.parametrize("stack", STACKS_OF_CLASSES)

KINDS_OF_PODS = ("voice-agent", "livekit", "freeswitch")


def cloud(stack: str) -> Graph:
    return graph_of(PROJECT / f"Pulumi.{stack}.yaml")


@every_class
@pytest.mark.requirement("A1")
def test_one_cluster_hosts_every_workload_in_existing_namespaces(stack: str) -> None:
    graph = cloud(stack)
    assert len(graph.of_type("azure-native:containerservice:ManagedCluster")) == 1
    there = {item.value("metadata.name") for item in graph.of_type("kubernetes:core/v1:Namespace")}
    for chart in KINDS_OF_PODS:
        deployment = named(stack, chart, "Deployment")
        assert deployment["metadata"]["namespace"] in there
        names = {container["name"] for container in deployment["spec"]["template"]["spec"]["containers"]}
        assert not names & set(KINDS_OF_PODS) - {chart}, "each workload has its own pod"
    quotas = {item.value("metadata.namespace") for item in graph.of_type("kubernetes:core/v1:ResourceQuota")}
    everything = [item["metadata"] for items in charts_of(stack).values() for item in items]
    assert {metadata["namespace"] for metadata in everything if "namespace" in metadata} <= quotas


@pytest.mark.requirement("B69")
def test_production_spreads_over_zones_and_probes_its_pods() -> None:
    zones = set(settings_of("prod").aks.zones)
    nodes: dict[str, set[str]] = {}
    for pool in cloud("prod").of_type("azure-native:containerservice:AgentPool"):
        name = pool.inputs["nodeLabels"]["voice.platform/pool"]
        nodes.setdefault(name, set()).update(pool.inputs["availabilityZones"])
    for workload in DEPLOYMENTS:
        if workload.chart not in charts_of("prod"):
            continue
        template = named("prod", workload.chart, "Deployment")["spec"]["template"]
        assert nodes[selected_pool(template["spec"])] == zones
        spread = {rule["topologyKey"] for rule in template["spec"]["topologySpreadConstraints"]}
        assert "topology.kubernetes.io/zone" in spread, workload.chart
        probes = {key for container in template["spec"]["containers"] for key in container}
        assert {"livenessProbe", "readinessProbe"} <= probes, workload.chart
