"""Quotas and limit ranges of namespaces."""

from __future__ import annotations

from typing import Any

import pytest

from model.kubernetes import NAMESPACES
from settings.loader import load_stack_file
from settings.schema.vm_sizes import VM_SIZES
from tests.unit.graph import Graph, Registered
from tests.unit.stacks import PRODUCTION, graph_of

NAMES = [namespace.name for namespace in NAMESPACES]
POOLS = {
    "voice-edge": ["apia"],
    "voice-media": [f"{pool}{zone}a" for pool in ("livekit", "sip") for zone in "123"],
    "voice-agents": ["agentsa"],
    "voice-system": ["apia"],
}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(PRODUCTION)


def in_namespace(graph: Graph, kind: str, namespace: str) -> Registered:
    (found,) = [
        item
        for item in graph.of_type(f"kubernetes:core/v1:{kind}")
        if item.inputs["metadata"]["namespace"] == namespace
    ]
    return found


def hard(graph: Graph, namespace: str) -> dict[str, Any]:
    return in_namespace(graph, "ResourceQuota", namespace).inputs["spec"]["hard"]


def pools(graph: Graph) -> dict[str, dict[str, Any]]:
    found = graph.of_type("azure-native:containerservice:AgentPool")
    return {pool.inputs["agentPoolName"]: pool.inputs for pool in found}


@pytest.mark.parametrize("namespace", POOLS)
def test_the_quota_of_a_namespace_equals_the_size_of_its_pools(graph: Graph, namespace: str) -> None:
    nodes = [pools(graph)[name] for name in POOLS[namespace]]
    sizes = [(pool["maxCount"], VM_SIZES[pool["vmSize"]]) for pool in nodes]
    assert hard(graph, namespace)["requests.cpu"] == str(sum(count * size.cpus for count, size in sizes))
    assert hard(graph, namespace)["requests.memory"] == f"{sum(count * size.memory_gib for count, size in sizes)}Gi"
    assert int(hard(graph, namespace)["pods"]) == 250 * sum(count for count, _ in sizes)


def test_the_quota_of_custom_services_equals_the_size_of_all_pools_without_calls(graph: Graph) -> None:
    aks = load_stack_file(PRODUCTION).aks
    own = {name: pool for name, pool in aks.pools.items() if name != "agents"}
    most = sum(pool.max_nodes * pool.generations[0].size.cpus for pool in own.values())
    assert hard(graph, "voice-apps")["requests.cpu"] == str(most)


@pytest.mark.parametrize("namespace", NAMES)
def test_quotas_allow_the_load_balancers_of_the_platform_and_their_node_ports(graph: Graph, namespace: str) -> None:
    balancers = {"voice-edge": (1, 4), "voice-media": (1, 1), "voice-system": (1, 2)}.get(namespace, (0, 0))
    found = hard(graph, namespace)
    assert (found["services.loadbalancers"], found["services.nodeports"]) == tuple(map(str, balancers))


@pytest.mark.parametrize("namespace", NAMES)
def test_a_container_without_requests_gets_small_ones(graph: Graph, namespace: str) -> None:
    (limit,) = in_namespace(graph, "LimitRange", namespace).inputs["spec"]["limits"]
    assert limit["type"] == "Container"
    assert limit["defaultRequest"] == {"cpu": "50m", "memory": "64Mi"}, "a quota refuses containers without requests"
    quota = in_namespace(graph, "ResourceQuota", namespace)
    assert in_namespace(graph, "LimitRange", namespace).urn in quota.dependencies


@pytest.mark.parametrize("namespace", POOLS)
def test_a_container_larger_than_a_node_is_refused(graph: Graph, namespace: str) -> None:
    (limit,) = in_namespace(graph, "LimitRange", namespace).inputs["spec"]["limits"]
    largest = max((VM_SIZES[pools(graph)[name]["vmSize"]] for name in POOLS[namespace]), key=lambda size: size.cpus)
    assert limit["max"] == {"cpu": str(largest.cpus), "memory": f"{largest.memory_gib}Gi"}
    assert limit["default"] == limit["max"], "a smaller default would refuse containers that request more"
