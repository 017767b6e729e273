"""The types of Azure resources that a stack creates, and the resource providers that must be registered for them.

Lists the types that have a location; types below them follow. A test compares the list with the golden inventories. It
is the one source of the providers in docs/quotas.md and of what `voice preflight` checks: registration, availability in
a region, permissions of the deployer, policies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from settings.schema.aks_stack import AksStackSettings

Place: TypeAlias = Literal["region", "home", "global"]
"""`region`: the location of the stack's region; `home`: that of the registry; `global`: Azure's location `global`."""


def _always(_: AksStackSettings) -> bool:
    return True


def _owns_global_part(settings: AksStackSettings) -> bool:
    return settings.global_part is not None


def _replicates_registry(settings: AksStackSettings) -> bool:
    return settings.this_region.location != settings.registry_home


def _has_managed_metrics(settings: AksStackSettings) -> bool:
    return settings.metrics.backend == "managed"


@dataclass(frozen=True, kw_only=True)
class AzureType:
    """A type of resource, as in `Microsoft.Network/virtualNetworks`. `when` says whether a stack creates it."""

    name: str
    place: Place = "region"
    when: Callable[[AksStackSettings], bool] = _always

    @property
    def provider(self) -> str:
        """The namespace of its resource provider."""
        return self.name.split("/", 1)[0]

    def location(self, settings: AksStackSettings) -> str:
        """Returns the location that its resources have in a stack."""
        places = {"region": settings.this_region.location, "home": settings.registry_home, "global": "global"}
        return places[self.place]


TYPES: Final = (
    AzureType(name="Microsoft.AlertsManagement/prometheusRuleGroups", when=_has_managed_metrics),
    AzureType(name="Microsoft.Cache/redisEnterprise"),
    AzureType(name="Microsoft.ContainerRegistry/registries", place="home", when=_owns_global_part),
    AzureType(name="Microsoft.ContainerRegistry/registries/replications", when=_replicates_registry),
    AzureType(name="Microsoft.ContainerService/managedClusters"),
    AzureType(name="Microsoft.DBforPostgreSQL/flexibleServers", when=lambda s: s.data.postgresql.mode == "managed"),
    AzureType(name="Microsoft.Dashboard/grafana", place="home", when=_owns_global_part),
    AzureType(name="Microsoft.DocumentDB/databaseAccounts", when=lambda s: s.data.cosmos is not None),
    AzureType(name="Microsoft.Insights/components"),
    AzureType(name="Microsoft.Insights/dataCollectionEndpoints", when=_has_managed_metrics),
    AzureType(name="Microsoft.Insights/dataCollectionRules"),
    AzureType(name="Microsoft.KeyVault/vaults"),
    AzureType(name="Microsoft.ManagedIdentity/userAssignedIdentities"),
    AzureType(name="Microsoft.Monitor/accounts"),
    AzureType(name="Microsoft.Network/applicationSecurityGroups"),
    AzureType(name="Microsoft.Network/dnsZones", place="global"),
    AzureType(name="Microsoft.Network/natGateways"),
    AzureType(name="Microsoft.Network/networkSecurityGroups"),
    AzureType(name="Microsoft.Network/networkWatchers/flowLogs", when=lambda s: s.observability.flow_logs),
    AzureType(name="Microsoft.Network/privateDnsZones", place="global"),
    AzureType(name="Microsoft.Network/privateDnsZones/virtualNetworkLinks", place="global"),
    AzureType(name="Microsoft.Network/privateEndpoints"),
    AzureType(name="Microsoft.Network/publicIPAddresses"),
    AzureType(name="Microsoft.Network/publicIPPrefixes"),
    AzureType(name="Microsoft.Network/trafficManagerProfiles", place="global", when=_owns_global_part),
    AzureType(name="Microsoft.Network/virtualNetworks"),
    AzureType(name="Microsoft.OperationalInsights/workspaces"),
    AzureType(name="Microsoft.Storage/storageAccounts"),
)
"""The types that the program sends to Azure, except those of `ALWAYS_REGISTERED`."""

ALWAYS_REGISTERED: Final = frozenset({"Microsoft.Authorization", "Microsoft.Resources"})
"""Providers that every subscription has."""

IMPLIED_PROVIDERS: Final[Mapping[str, tuple[str, Callable[[AksStackSettings], bool]]]] = {
    # learn.microsoft.com/azure/aks/quotas-skus-regions: node pools are virtual machine scale sets.
    "Microsoft.Compute": ("the virtual machines of the node pools", _always),
    # Azure/azure-cli#21899: AddContainerInsightsSolutionError, MissingSubscriptionRegistration.
    "Microsoft.OperationsManagement": ("Container Insights", _always),
    # learn.microsoft.com/azure/defender-for-cloud/defender-for-containers-enable.
    "Microsoft.Security": ("the sensor of Microsoft Defender", lambda s: s.observability.defender),
}
"""Providers that Azure uses for resources of ours: the reason, and whether a stack needs it."""


def azure_types(settings: AksStackSettings) -> tuple[AzureType, ...]:
    """Returns the types that the stack creates."""
    return tuple(item for item in TYPES if item.when(settings))


def needed_providers(settings: AksStackSettings) -> tuple[str, ...]:
    """Returns the namespaces that must be registered for the stack, sorted."""
    sent = {item.provider for item in azure_types(settings)}
    implied = {name for name, (_, when) in IMPLIED_PROVIDERS.items() if when(settings)}
    return tuple(sorted(sent | implied, key=str.lower))
