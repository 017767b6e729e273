"""The quota of a namespace: the whole capacity of the pools that its pods run on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from model import ports
from model.kubernetes import APPS, SYSTEM
from model.pools import API, CALL_POOLS, region_max_nodes
from model.ports import Ports
from model.workloads import CATALOG
from settings.schema.aks import AksSettings
from settings.schema.vm_sizes import VmSize

PODS_PER_NODE: Final = 250
"""AKS's default maximum of pods per node with Azure CNI overlay."""

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
"""Far more than a namespace needs, but few enough that a faulty loop cannot fill etcd."""

SMALLEST_REQUEST: Final[Mapping[str, str]] = {"cpu": "50m", "memory": "64Mi"}
"""The request of a container that states none."""


@dataclass(frozen=True, kw_only=True)
class NamespaceQuota:
    """The limits of a namespace and of one of its containers.

    `cpus` and `memory_gib` are those of the pools with all nodes. The nodes' own reservations are not subtracted, so
    that the namespace can always fill the pools.
    """

    cpus: int
    memory_gib: int
    pods: int
    container_cpus: int
    container_memory_gib: int
    load_balancers: int
    node_ports: int


def namespace_quota(namespace: str, aks: AksSettings) -> NamespaceQuota:
    """Returns the quota of a namespace of the platform. Each namespace can fill a pool that several share."""
    nodes = list(_nodes(_pools(namespace, aks), aks))
    balancers = _load_balancers(namespace)
    return NamespaceQuota(
        cpus=sum(count * size.cpus for count, size in nodes),
        memory_gib=sum(count * size.memory_gib for count, size in nodes),
        pods=PODS_PER_NODE * sum(count for count, _ in nodes),
        container_cpus=max(size.cpus for _, size in nodes),
        container_memory_gib=max(size.memory_gib for _, size in nodes),
        load_balancers=len(balancers),
        # A Service of type LoadBalancer takes a node port for each of its ports; nothing else uses node ports.
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
    """The maximum count and the size of the nodes of each generation. A retiring one may still be full."""
    for name, pool, generation in aks.generations():
        if name in pools:
            yield region_max_nodes(aks, pool), generation.size
