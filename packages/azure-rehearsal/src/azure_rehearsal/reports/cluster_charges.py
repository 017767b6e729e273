"""The charges for a cluster and its node pools."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from azure_rehearsal.reports.price_table import Charge, NoPriceError, PriceTable, charge
from azure_rehearsal.reports.recording_graph import Graph, Resource, at, number

_RULES_INCLUDED: Final = 5
_DEFAULT_DISK_GIB: Final = 128
_TIERS: Final = {"free": "aks-tier-free", "standard": "aks-tier-standard", "premium": "aks-tier-premium"}


def managed_cluster(cluster: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    """The control plane, the inline pools, and the load balancer."""
    tier = str(cluster.value("sku.tier") or "Free")
    if tier.lower() not in _TIERS:
        raise NoPriceError(f"no price for the tier {tier!r} (known: Free, Standard, Premium)")
    yield table.hourly(f"control plane, {tier}", _TIERS[tier.lower()])
    if cluster.value("networkProfile.loadBalancerSku") != "basic":
        yield from _load_balancer(cluster, graph, table)
    for pool in cluster.values("agentPoolProfiles"):
        yield from nodes(pool, table)


def _load_balancer(cluster: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    """One rule for each port of each Service of type LoadBalancer, and one for outbound traffic."""
    services = [
        resource
        for resource in graph.resources
        if resource.type == "kubernetes:core/v1:Service"
        and resource.stack == cluster.stack
        and resource.op != "delete"
        and resource.value("spec.type") == "LoadBalancer"
    ]
    rules = sum(len(service.values("spec.ports")) for service in services)
    rules += cluster.value("networkProfile.outboundType") in (None, "loadBalancer")
    if rules:
        yield table.hourly("load balancer", "load-balancer")
    if rules > _RULES_INCLUDED:
        further = rules - _RULES_INCLUDED
        yield table.hourly(f"load balancer, {further} rules beyond {_RULES_INCLUDED}", "load-balancer-rule", further)


def agent_pool(pool: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    return nodes(pool.inputs, table)


def nodes(pool: dict[str, Any], table: PriceTable) -> Iterator[Charge]:
    """The virtual machines of a pool with their OS disks, and their public addresses unless a prefix has them."""
    low, high = node_counts(pool)
    size = pool.get("vmSize")
    if not isinstance(size, str):
        raise NoPriceError("the pool has no vmSize")
    each, price = table.machine(size)
    used = [price]
    spot = pool.get("scaleSetPriority") == "Spot"
    if spot:
        fraction = table.prices["spot-fraction"]
        each, used = each * fraction.value, [price, fraction]
    named = f"{pool.get('name', 'nodes')} {size}" if "name" in pool else size
    counted = f"{low} node{'s' * (low != 1)}" if low == high else f"{low} to {high} nodes"
    yield charge(f"{counted} {named}{', spot' * spot}", used, each * table.hours_per_month, low, high)
    if pool.get("osDiskType") != "Ephemeral":
        gib = number(pool.get("osDiskSizeGB"), 0) or _DEFAULT_DISK_GIB
        disk = table.os_disk(gib)
        yield charge(f"OS disks of {gib:g} GiB", [disk], disk.value, low, high)
    if pool.get("enableNodePublicIP") and not pool.get("nodePublicIPPrefixID"):
        yield table.hourly("public addresses of the nodes", "public-address", low, high)


def node_counts(pool: dict[str, Any]) -> tuple[int, int]:
    """The minimum and maximum node count of a pool. Raises `NoPriceError` if it has none."""
    keys = ("minCount", "maxCount") if pool.get("enableAutoScaling") else ("count", "count")
    minimum, maximum = (number(at(pool, key), -1) for key in keys)
    if minimum < 0 or maximum < 0:
        raise NoPriceError(f"the pool has no number of nodes ({' and '.join(dict.fromkeys(keys))})")
    return int(minimum), int(maximum)
