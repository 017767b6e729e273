"""Quotas of the subscription in the region, against the stack's needs.

A need counts twice: now, for the first `up`, and at the maxima of all pools with their surge. What exists of this stack
is part of Azure's current usage, and counts once.

Responses: Azure/azure-rest-api-specs, Microsoft.Compute/ComputeRP/stable/2024-07-01 (Usage_List), Microsoft.Network
(UsageList), Microsoft.DBforPostgreSQL/stable/2024-08-01/examples/QuotaUsagesForFlexibleServers.json.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from model.azure_needs import (
    Amount,
    address_count,
    database_cores,
    family_cpus,
    regional_cpus,
    size_cores,
    spot_cpus,
)
from settings.schema.vm_sizes import VM_SIZES
from tools.preflight.checks.vm_sizes import offered_sizes
from tools.preflight.facts import Facts
from tools.preflight.findings import Check, Finding, Note, Result

COMPUTE_API: Final = "2024-07-01"
NETWORK_API: Final = "2024-05-01"
AKS_API: Final = "2024-09-01"
POSTGRESQL_API: Final = "2024-08-01"
REGIONAL: Final = "cores"
SPOT: Final = "lowPriorityCores"
ADDRESSES: Final = ("IPv4StandardSkuPublicIpAddresses", "StandardSkuPublicIpAddresses", "PublicIPAddresses")
"""Names of the quota of public addresses: the first that Azure lists for Standard addresses, and the sum of all."""


@dataclass(frozen=True, kw_only=True)
class Quota:
    """A quota that the stack uses. `own` is the usage of what exists of this stack; `unit` names what it counts."""

    name: str
    provider: str
    kind: str
    unit: str
    need: Amount
    own: int


def _cpus(facts: Facts) -> Iterator[Result]:
    aks = facts.settings.aks
    families = {name: size["family"] for name, size in offered_sizes(facts).items() if size.get("family")}

    def family(size: str) -> str:
        return families.get(size, VM_SIZES[size].quota if size in VM_SIZES else size)

    own: dict[str, int] = defaultdict(int)
    for size, nodes, spot in _own_nodes(facts):
        cpus = nodes * (VM_SIZES[size].cpus if size in VM_SIZES else 0)
        for name in (SPOT,) if spot else (family(size), REGIONAL):
            own[name.lower()] += cpus
    needs = {**family_cpus(aks, family), REGIONAL: regional_cpus(aks), SPOT: spot_cpus(aks)}
    usages = _usages(facts, f"providers/Microsoft.Compute/locations/{facts.location}/usages", COMPUTE_API)
    for name, need in needs.items():
        if need.most:
            kind = "lowPriority" if name == SPOT else "dedicated"
            quota = Quota(
                name=name,
                provider="Microsoft.Compute",
                kind=kind,
                unit="vCPUs",
                need=need,
                own=own[name.lower()],
            )
            yield from _compare(facts, quota, usages)


def _own_nodes(facts: Facts) -> Iterator[tuple[str, int, bool]]:
    """VM size, number of nodes and spot, for each pool of the cluster if it exists."""
    names = facts.names
    cluster_id = names.resource_id("Microsoft.ContainerService/managedClusters", names.cluster)
    if not facts.exists(cluster_id):
        return
    cluster = facts.azure.find(cluster_id, AKS_API) or {}
    for pool in cluster.get("properties", {}).get("agentPoolProfiles") or []:
        yield pool["vmSize"], int(pool.get("count") or 0), pool.get("scaleSetPriority") == "Spot"


def _addresses(facts: Facts) -> Iterator[Result]:
    needed = address_count(facts.settings)
    usages = _usages(facts, f"providers/Microsoft.Network/locations/{facts.location}/usages", NETWORK_API)
    listed = [name for name in ADDRESSES if name.lower() in usages]
    if not listed:
        yield Note(
            code="quota-not-listed",
            text=f"Azure lists no quota of public addresses in {facts.location}. The stack needs {needed}.",
        )
    for name in listed[:1]:
        quota = Quota(
            name=name,
            provider="Microsoft.Network",
            kind="PublicIpAddresses",
            unit="public IPv4 addresses",
            need=Amount(now=needed, most=needed),
            own=_own_addresses(facts),
        )
        yield from _compare(facts, quota, usages)


def _own_addresses(facts: Facts) -> int:
    """The addresses of the region that exist: single ones, and all addresses of prefixes."""
    group = f"{facts.names.resource_group_id}/providers/Microsoft.Network"
    prefixes = facts.azure.pages(f"{group}/publicIPPrefixes", NETWORK_API)
    single = facts.azure.pages(f"{group}/publicIPAddresses", NETWORK_API)
    inside = sum(2 ** (32 - int(prefix["properties"]["prefixLength"])) for prefix in prefixes)
    return inside + sum(1 for address in single if not address["properties"].get("publicIPPrefix"))


def _database(facts: Facts) -> Iterator[Result]:
    need = database_cores(facts.settings)
    if need is None:
        return
    base = f"providers/Microsoft.DBforPostgreSQL/locations/{facts.location}/resourceType/flexibleServers"
    usages = _usages(facts, f"{base}/usages", POSTGRESQL_API)
    servers = facts.azure.pages(
        f"{facts.names.resource_group_id}/providers/Microsoft.DBforPostgreSQL/flexibleServers", POSTGRESQL_API
    )
    own = 0
    for server in servers:
        standby = server["properties"].get("highAvailability", {}).get("mode", "Disabled") != "Disabled"
        own += size_cores(server["sku"]["name"]) * (2 if standby else 1)
    quota = Quota(
        name=need.quota,
        provider="Microsoft.DBforPostgreSQL",
        kind="",
        unit="vCores of PostgreSQL",
        need=Amount(now=need.cores, most=need.cores),
        own=own,
    )
    yield from _compare(facts, quota, usages)


def _usages(facts: Facts, path: str, api: str) -> Mapping[str, Mapping[str, Any]]:
    """Azure's limits and current usage, by the name of the quota in lower case."""
    items: Iterable[Mapping[str, Any]] = facts.azure.pages(f"{facts.subscription_path}/{path}", api)
    return {item["name"]["value"].lower(): item for item in items}


def _compare(facts: Facts, quota: Quota, usages: Mapping[str, Mapping[str, Any]]) -> Iterator[Result]:
    usage = usages.get(quota.name.lower())
    if usage is None:
        yield Note(
            code="quota-not-listed",
            text=f"Azure lists no quota {quota.name} in {facts.location}. The stack needs up to {quota.need.most}"
            f" {quota.unit}.",
        )
        return
    limit, others = int(usage["limit"]), max(int(usage["currentValue"]) - quota.own, 0)
    free = limit - others
    if quota.need.most <= free:
        return
    wanted = others + quota.need.most
    now = quota.need.now > free
    at = "for the first deployment" if now else "at the maxima of the pools with the surge of an upgrade"
    amount = quota.need.now if now else quota.need.most
    yield Finding(
        code="quota-too-small" if now else "quota-too-small-at-maximum",
        wrong=f"Quota {quota.name} in {facts.location} has {max(free, 0)} of {limit} {quota.unit} left for this stack,"
        f" which needs {amount} {at}.",
        expected=f"a limit of {wanted}: {quota.need.now} now, at most {quota.need.most}"
        + (f", and {others} in use by others" if others else ""),
        fix=_fix(quota, now=now),
        command=_command(facts, quota, wanted),
    )


def _fix(quota: Quota, *, now: bool) -> str:
    smaller = "" if now else " You can deploy without it, and lower the maxima of the pools instead."
    if not quota.kind:
        return (
            "Request it in the Azure portal: Help + support, Create a support request, Service and subscription limits"
            f" (quotas), Azure Database for PostgreSQL flexible server.{smaller}"
        )
    return f"Request it (`az extension add --name quota` once), or use the portal's page Quotas.{smaller}"


def _command(facts: Facts, quota: Quota, limit: int) -> str:
    if not quota.kind:
        return ""
    scope = f"{facts.subscription_path}/providers/{quota.provider}/locations/{facts.location}"
    return (
        f"az quota update --resource-name {quota.name} --scope {scope} --limit-object value={limit}"
        f" --resource-type {quota.kind}"
    )


CHECKS = (
    Check(name="quotas of vCPUs", run=_cpus, providers=("Microsoft.Compute",)),
    Check(name="quota of public addresses", run=_addresses, providers=("Microsoft.Network",)),
    Check(name="quota of PostgreSQL", run=_database, providers=("Microsoft.DBforPostgreSQL",)),
)
