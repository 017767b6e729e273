"""The monthly cost of the resources in a recording, by component and resource.

Low is the bill with every pool at its minimum and little usage, high with every pool at its maximum. Prices are list
prices; `prices.yaml` states their certainty. Resources without a price are listed, never counted as free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from azure_rehearsal.reports import cluster_charges, data_charges, monitoring_charges, network_charges
from azure_rehearsal.reports.certainty import Certainty, worst
from azure_rehearsal.reports.price_table import NO_COST, Charge, Dollars, NoPriceError, PriceTable, price_table
from azure_rehearsal.reports.recording_graph import Graph, Recording, Resource

Pricer = Callable[[Resource, Graph, PriceTable], Iterator[Charge]]

PRICERS: Final[dict[str, Pricer]] = {
    "azure-native:applicationinsights:Component": monitoring_charges.application_insights,
    "azure-native:containerregistry:Registry": data_charges.registry,
    "azure-native:containerregistry:Replication": data_charges.registry_replica,
    "azure-native:containerservice:AgentPool": cluster_charges.agent_pool,
    "azure-native:containerservice:ManagedCluster": cluster_charges.managed_cluster,
    "azure-native:cosmosdb:DatabaseAccount": data_charges.cosmos,
    "azure-native:dashboard:Grafana": monitoring_charges.grafana,
    "azure-native:dbforpostgresql:Server": data_charges.postgresql,
    "azure-native:dns:Zone": network_charges.dns_zone,
    "azure-native:keyvault:Vault": data_charges.vault,
    "azure-native:monitor:AzureMonitorWorkspace": monitoring_charges.metrics_workspace,
    "azure-native:monitor:MetricAlert": monitoring_charges.metric_alert,
    "azure-native:monitor:ScheduledQueryRule": monitoring_charges.log_alert,
    "azure-native:network:ApplicationGateway": network_charges.application_gateway,
    "azure-native:network:DdosProtectionPlan": network_charges.ddos_plan,
    "azure-native:network:LoadBalancer": network_charges.load_balancer,
    "azure-native:network:NatGateway": network_charges.nat_gateway,
    "azure-native:network:PrivateEndpoint": network_charges.private_endpoint,
    "azure-native:network:PublicIPAddress": network_charges.public_address,
    "azure-native:network:PublicIPPrefix": network_charges.public_prefix,
    "azure-native:operationalinsights:Workspace": monitoring_charges.workspace,
    "azure-native:privatedns:PrivateZone": network_charges.dns_zone,
    "azure-native:redisenterprise:RedisEnterprise": data_charges.redis,
    "azure-native:storage:StorageAccount": data_charges.storage_account,
    "azure-native:trafficmanager:Endpoint": network_charges.traffic_manager_endpoint,
    "azure-native:trafficmanager:Profile": network_charges.traffic_manager,
}


@dataclass(frozen=True)
class ResourceCost:
    """The cost of one resource. `component` is the logical name of its component."""

    urn: str
    name: str
    type: str
    component: str
    charges: tuple[Charge, ...]

    @property
    def monthly(self) -> Dollars:
        return sum((charge.monthly for charge in self.charges), NO_COST)

    @property
    def certainty(self) -> Certainty:
        """The worst certainty of the charges above zero."""
        return worst(charge.certainty for charge in self.charges if charge.monthly.high)


@dataclass(frozen=True)
class NotPriced:
    """A resource, or a part of it, without a known price."""

    urn: str
    name: str
    type: str
    component: str
    reason: str


@dataclass(frozen=True)
class Cost:
    """The cost of a month.

    `by_use` are sentences about charges by usage, which are not counted. `caveats` are sentences about the accuracy of
    the prices. `as_of` is the date of the price table.
    """

    resources: tuple[ResourceCost, ...]
    not_priced: tuple[NotPriced, ...]
    by_use: tuple[str, ...]
    assumptions: tuple[str, ...]
    caveats: tuple[str, ...]
    as_of: str

    @property
    def total(self) -> Dollars:
        return sum((resource.monthly for resource in self.resources), NO_COST)

    @property
    def certainty(self) -> Certainty:
        return worst(resource.certainty for resource in self.resources)

    @property
    def by_component(self) -> dict[str, tuple[ResourceCost, ...]]:
        """The costs of each component, sorted by name."""
        names = sorted({resource.component for resource in self.resources})
        return {name: tuple(item for item in self.resources if item.component == name) for name in names}

    def as_json(self) -> dict[str, Any]:
        """The cost as a JSON object; dollars, rounded to a cent."""
        return {
            "currency": "USD",
            "pricesOf": self.as_of,
            "monthly": self.total.as_json(),
            "certainty": self.certainty.value,
            "components": {
                name: {
                    "monthly": total(items).as_json(),
                    "resources": [
                        {"urn": item.urn, "monthly": item.monthly.as_json(), "certainty": item.certainty.value}
                        for item in items
                    ],
                }
                for name, items in self.by_component.items()
            },
            "notPriced": [{"urn": item.urn, "reason": item.reason} for item in self.not_priced],
            "byUse": list(self.by_use),
            "assumptions": list(self.assumptions),
            "caveats": list(self.caveats),
        }


@dataclass(frozen=True)
class CostChange:
    """One resource whose cost changes. `None` means that the resource does not exist."""

    urn: str
    name: str
    type: str
    component: str
    before: Dollars | None
    after: Dollars | None

    @property
    def monthly(self) -> Dollars:
        return (self.after or NO_COST) - (self.before or NO_COST)


@dataclass(frozen=True)
class Difference:
    """The difference between two months. Both sides of `monthly` can be negative, and low can exceed high."""

    before: Dollars
    after: Dollars
    changes: tuple[CostChange, ...]
    newly_not_priced: tuple[NotPriced, ...]

    @property
    def monthly(self) -> Dollars:
        return self.after - self.before


def monthly_cost(recording: Recording, table: PriceTable | None = None) -> Cost:
    """The monthly cost of a recording. Excludes resources that a plan deletes."""
    graph, prices = Graph(recording), table or price_table()
    resources: list[ResourceCost] = []
    not_priced: list[NotPriced] = []
    by_use: set[str] = set()
    for resource in sorted(graph.resources, key=lambda item: item.urn):
        if resource.op == "delete" or graph.is_component(resource):
            continue
        component = graph.component_of(resource)
        owner = component.name if component else ""
        charges, reasons = _charges(resource, graph, prices)
        if charges:
            resources.append(ResourceCost(resource.urn, resource.name, resource.type, owner, tuple(charges)))
        not_priced += [NotPriced(resource.urn, resource.name, resource.type, owner, reason) for reason in reasons]
        if resource.type in prices.by_use:
            by_use.add(f"{resource.type.rsplit(':', 1)[-1]}: {prices.by_use[resource.type]}")
    assumptions = {charge.assuming for resource in resources for charge in resource.charges if charge.assuming}
    return Cost(
        tuple(resources),
        tuple(not_priced),
        tuple(sorted(by_use)),
        tuple(sorted(assumptions)),
        _caveats(graph, prices),
        prices.as_of,
    )


def difference(before: Cost, after: Cost) -> Difference:
    """The difference between two months, largest change first."""
    old = {item.urn: item for item in before.resources}
    new = {item.urn: item for item in after.resources}
    changes = []
    for urn in sorted(old.keys() | new.keys()):
        was, is_now = old.get(urn), new.get(urn)
        if (was and was.monthly) == (is_now and is_now.monthly):
            continue
        known = is_now or was
        assert known is not None
        sums = (was.monthly if was else None, is_now.monthly if is_now else None)
        changes.append(CostChange(urn, known.name, known.type, known.component, *sums))
    unpriced = {(item.urn, item.reason) for item in before.not_priced}
    return Difference(
        before.total,
        after.total,
        tuple(sorted(changes, key=lambda change: (-abs(change.monthly.high), change.urn))),
        tuple(item for item in after.not_priced if (item.urn, item.reason) not in unpriced),
    )


def total(items: Iterable[ResourceCost]) -> Dollars:
    """The sum of several costs."""
    return sum((item.monthly for item in items), NO_COST)


def _caveats(graph: Graph, table: PriceTable) -> tuple[str, ...]:
    locations = {resource.value("location") for resource in graph.resources} - {None, "global", table.region}
    elsewhere = f"prices in {', '.join(sorted(map(str, locations)))} are usually slightly higher"
    return (
        "list prices without tax, discount or reservation",
        f"machine prices are those of {table.region}{'; ' + elsewhere if locations else ''}",
        "temporary nodes of an upgrade are not counted",
    )


def _charges(resource: Resource, graph: Graph, table: PriceTable) -> tuple[list[Charge], list[str]]:
    """The charges of a resource, and the reasons for parts without a price."""
    reasons = []
    if resource.value("securityProfile.defender.securityMonitoring.enabled"):
        reasons.append("no price for Defender for Containers, which is billed per node CPU")
    if (pricer := PRICERS.get(resource.type)) is None:
        free = resource.type in table.free or resource.package in table.free_packages
        if not free and resource.type not in table.by_use:
            reasons.append("the price table does not have this type")
        return [], reasons
    charges: list[Charge] = []
    try:
        charges.extend(pricer(resource, graph, table))
    except NoPriceError as reason:
        reasons.append(str(reason))
    return charges, reasons
