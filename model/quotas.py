"""How much of the cluster a namespace may take: all of the pools that its pods run on, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from model import ports
from model.kubernetes import APPS, SYSTEM
from model.pools import API, CALL_POOLS
from model.ports import Ports
from model.workloads import CATALOG
from settings.schema.aks import AksSettings, MediaPool
from settings.schema.vm_sizes import VmSize

PODS_PER_NODE: Final = 250
"""What AKS lets a node take with Azure CNI overlay, where a pool does not say otherwise."""

GATEWAY_LOAD_BALANCER: Final = (ports.HTTP, ports.HTTPS)
"""The ports of the Gateway's Service of type LoadBalancer."""

OBJECTS: Final[Mapping[str, int]] = {
    "services": 100,
    "persistentvolumeclaims": 100,
    "count/configmaps": 300,
    # Helm keeps some revisions of each release as Secrets.
    "count/secrets": 300,
    "count/jobs.batch": 300,
}
"""Far more than anybody needs, and few enough that a loop gone wild does not fill the API server's store."""

SMALLEST_REQUEST: Final[Mapping[str, str]] = {"cpu": "50m", "memory": "64Mi"}
"""What a container counts as that states nothing."""


@dataclass(frozen=True, kw_only=True)
class NamespaceQuota:
    """The most that a namespace may request together, and one container of it alone.

    `cpus` and `memory_gib` are those of the pools' nodes at their maxima; what a node keeps for itself is not taken
    off, so that a pool can always be filled.
    """

    cpus: int
    memory_gib: int
    pods: int
    container_cpus: int
    container_memory_gib: int
    load_balancers: int
    node_ports: int


def namespace_quota(namespace: str, aks: AksSettings) -> NamespaceQuota:
    """The quota of a namespace of the platform. A pool that several share may be filled by any of them."""
    nodes = list(_nodes(_pools(namespace, aks), aks))
    balancers = _load_balancers(namespace)
    return NamespaceQuota(
        cpus=sum(count * size.cpus for count, size in nodes),
        memory_gib=sum(count * size.memory_gib for count, size in nodes),
        pods=PODS_PER_NODE * sum(count for count, _ in nodes),
        container_cpus=max(size.cpus for _, size in nodes),
        container_memory_gib=max(size.memory_gib for _, size in nodes),
        load_balancers=len(balancers),
        # A Service of type LoadBalancer takes a node port for each of its ports; there is no other use for them.
        node_ports=sum(len(balancer) for balancer in balancers),
    )


def _load_balancers(namespace: str) -> list[tuple[Ports, ...]]:
    """The ports of each Service of type LoadBalancer of a namespace."""
    balancers = [ports for known in CATALOG if known.namespace.name == namespace for ports in known.load_balancers]
    return [*balancers, GATEWAY_LOAD_BALANCER] if namespace == SYSTEM.name else balancers


def _pools(namespace: str, aks: AksSettings) -> frozenset[str]:
    """The pools whose nodes the pods of a namespace may fill."""
    if namespace == APPS.name:
        return frozenset(aks.pools) - CALL_POOLS
    pools = {known.pool.name for known in CATALOG if known.namespace.name == namespace and known.fills_pool}
    # Controllers run on pool `api`.
    return frozenset(pools | {API.name} if namespace == SYSTEM.name else pools)


def _nodes(pools: frozenset[str], aks: AksSettings) -> Iterator[tuple[int, VmSize]]:
    """Most nodes of each generation, and their size. A retiring one may still be full."""
    for name, pool, generation in aks.generations():
        if name in pools:
            most = pool.max_nodes_per_zone * len(aks.zones) if isinstance(pool, MediaPool) else pool.max_nodes
            yield most, generation.size
