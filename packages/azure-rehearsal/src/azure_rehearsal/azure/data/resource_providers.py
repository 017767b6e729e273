"""Azure's resource providers: their namespaces, and which of them a new subscription has.

Sources, as of 2026-11: azure-docs `azure-resource-manager/management/azure-services-resource-providers.md` (spelling,
and "registered by default"), azure-docs `network-watcher/vnet-flow-logs-manage.md` (flow logs need microsoft.insights),
dotnet/core#3276 and #3776 (a cluster needs Microsoft.Network), azure-docs#87138 (a service that runs virtual machines
in the customer's subscription needs Microsoft.Compute). A selection: other namespaces exist.
"""

from __future__ import annotations

from typing import Final

REGISTERED_BY_DEFAULT: Final = (
    "Microsoft.ADHybridHealthService", "Microsoft.Authorization", "Microsoft.Billing", "Microsoft.ClassicSubscription",
    "Microsoft.Commerce", "Microsoft.Consumption", "Microsoft.CostManagement", "Microsoft.Features",
    "Microsoft.MarketplaceOrdering", "Microsoft.Portal", "Microsoft.ResourceGraph", "Microsoft.Resources",
    "Microsoft.SerialConsole", "microsoft.support",
)  # fmt: skip

REGISTRATION_REQUIRED: Final = (
    "Microsoft.AlertsManagement", "Microsoft.App", "Microsoft.Cache", "Microsoft.CognitiveServices",
    "Microsoft.Communication", "Microsoft.Compute", "Microsoft.ContainerInstance", "Microsoft.ContainerRegistry",
    "Microsoft.ContainerService", "Microsoft.Dashboard", "Microsoft.DBforPostgreSQL", "Microsoft.DocumentDB",
    "Microsoft.EventGrid", "Microsoft.EventHub", "microsoft.insights", "Microsoft.KeyVault",
    "Microsoft.KubernetesConfiguration", "Microsoft.ManagedIdentity", "Microsoft.Monitor", "Microsoft.Network",
    "Microsoft.OperationalInsights", "Microsoft.OperationsManagement", "Microsoft.PolicyInsights", "Microsoft.Quota",
    "Microsoft.Security", "Microsoft.ServiceBus", "Microsoft.SignalRService", "Microsoft.Sql", "Microsoft.Storage",
    "Microsoft.Web",
)  # fmt: skip

NAMESPACES: Final = {name.lower(): name for name in (*REGISTERED_BY_DEFAULT, *REGISTRATION_REQUIRED)}
"""Azure's spelling by namespace in lower case."""

ALSO_REQUIRED: Final = {
    "microsoft.containerservice/managedclusters": ("Microsoft.Compute", "Microsoft.Network"),
    "microsoft.network/networkwatchers/flowlogs": ("microsoft.insights",),
}
"""Further namespaces that a write needs because its service creates resources of others, by ARM kind in lower case."""
