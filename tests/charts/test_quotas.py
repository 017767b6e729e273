"""The quotas admit the workloads at their maximum, including the surge of a rollout."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from kubernetes.utils.quantity import parse_quantity

from azure_rehearsal.kubernetes.cluster import Object
from model.kubernetes import POOL_LABEL
from model.quotas import OBJECTS, namespace_quota
from tests.charts.workloads import DEPLOYMENTS, STACKS, enabled_charts, objects, settings_of, values_of

NAMESPACES = sorted({workload.namespace for workload in DEPLOYMENTS})
GIB = 1024**3


def of_namespace(stack: str, namespace: str) -> list[Object]:
    found: list[Object] = []
    for workload in DEPLOYMENTS:
        if workload.namespace == namespace and workload.chart in enabled_charts(stack):
            found.extend(objects(workload, values_of(workload.chart, stack)))
    return found


def max_pods(deployment: Object, items: list[Object], stack: str) -> int:
    """The maximum of scaling plus the surge of a rollout, limited to one pod for each node of the pool."""
    name, aks = deployment["metadata"]["name"], settings_of(stack).aks
    pool = pool_of(deployment["spec"]["template"])
    media = {name: pool.max_nodes_per_zone * len(aks.zones) for name, pool in aks.media_pools.items()}
    nodes = {**media, **{name: pool.max_nodes for name, pool in aks.pools.items()}}[pool]
    scaled = [
        item["spec"]["maxReplicaCount"]
        for item in items
        if item["kind"] == "ScaledObject" and item["spec"]["scaleTargetRef"]["name"] == name
    ]
    surge = deployment["spec"]["strategy"].get("rollingUpdate", {}).get("maxSurge", 0)
    return min(nodes, (scaled[0] if scaled else deployment["spec"]["replicas"]) + surge)


def pool_of(template: Object) -> str:
    (term,) = template["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"][
        "nodeSelectorTerms"
    ]
    (pool,) = [e["values"][0] for e in term["matchExpressions"] if e["key"] == POOL_LABEL]
    return pool


def request(template: Object, resource: str) -> float:
    """A pod's request: the larger of the sum of its containers and its largest init container."""

    def of(container: Any) -> float:
        return float(parse_quantity(container["resources"]["requests"][resource]))

    spec = template["spec"]
    return max(sum(map(of, spec["containers"])), *map(of, spec.get("initContainers", [])), 0)


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("namespace", NAMESPACES)
def test_quotas_admit_every_workload_at_its_maximum(stack: str, namespace: str) -> None:
    items = of_namespace(stack, namespace)
    quota = namespace_quota(namespace, settings_of(stack).aks)
    used: Counter[str] = Counter()
    for deployment in (item for item in items if item["kind"] == "Deployment"):
        pods, template = max_pods(deployment, items, stack), deployment["spec"]["template"]
        used["pods"] += pods
        for resource in ("cpu", "memory"):
            used[resource] += int(pods * request(template, resource) * 1000)
        claims = [v for v in template["spec"]["volumes"] if "ephemeral" in v]
        used["claims"] += pods * len(claims)
    assert used["pods"] <= quota.pods
    assert used["cpu"] <= quota.cpus * 1000, "millicores"
    assert used["memory"] <= quota.memory_gib * GIB * 1000
    assert used["claims"] <= OBJECTS["persistentvolumeclaims"]


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("namespace", NAMESPACES)
def test_quotas_match_load_balancers_and_node_ports(stack: str, namespace: str) -> None:
    quota = namespace_quota(namespace, settings_of(stack).aks)
    balancers = [
        item
        for item in of_namespace(stack, namespace)
        if item["kind"] == "Service" and item["spec"].get("type") == "LoadBalancer"
    ]
    assert len(balancers) == quota.load_balancers
    assert sum(len(item["spec"]["ports"]) for item in balancers) == quota.node_ports


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("namespace", NAMESPACES)
def test_container_limits_fit_the_largest_node(stack: str, namespace: str) -> None:
    quota = namespace_quota(namespace, settings_of(stack).aks)
    for deployment in (item for item in of_namespace(stack, namespace) if item["kind"] == "Deployment"):
        for container in deployment["spec"]["template"]["spec"]["containers"]:
            limits = container["resources"]["limits"]
            assert float(parse_quantity(limits["cpu"])) <= quota.container_cpus
            assert float(parse_quantity(limits["memory"])) <= quota.container_memory_gib * GIB
