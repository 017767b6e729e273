"""Log and metric categories of diagnostic settings, by resource type.

Sources: learn.microsoft.com/azure/azure-monitor/reference/logs-index and metrics-index, as of 2026-11. The
rehearsal warns about missing types and categories; add new ones here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ALL_METRICS: Final = "AllMetrics"


@dataclass(frozen=True)
class Categories:
    """Log categories, category groups, metric categories."""

    logs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    metrics: tuple[str, ...] = (ALL_METRICS,)


_ALL: Final = ("allLogs",)
_AUDITED: Final = ("allLogs", "audit")
_METRICS_ONLY: Final = Categories()
CATEGORIES: Final = {
    "microsoft.resources/subscriptions": Categories(
        ("Administrative", "Security", "ServiceHealth", "Alert", "Recommendation", "Policy", "Autoscale",
         "ResourceHealth"), (), (),
    ),
    "microsoft.containerservice/managedclusters": Categories(
        ("kube-apiserver", "kube-audit", "kube-audit-admin", "kube-controller-manager", "kube-scheduler",
         "cluster-autoscaler", "cloud-controller-manager", "guard", "csi-azuredisk-controller",
         "csi-azurefile-controller", "csi-snapshot-controller", "fleet-member-agent",
         "fleet-member-net-controller-manager", "fleet-mcs-controller-manager", "karpenter-events"), _AUDITED,
    ),
    "microsoft.keyvault/vaults": Categories(("AuditEvent", "AzurePolicyEvaluationDetails"), _AUDITED),
    "microsoft.containerregistry/registries": Categories(
        ("ContainerRegistryRepositoryEvents", "ContainerRegistryLoginEvents"), _AUDITED
    ),
    "microsoft.dbforpostgresql/flexibleservers": Categories(
        ("PostgreSQLLogs", "PostgreSQLFlexSessions", "PostgreSQLFlexQueryStoreRuntime",
         "PostgreSQLFlexQueryStoreWaitStats", "PostgreSQLFlexTableStats", "PostgreSQLFlexDatabaseXacts",
         "PostgreSQLFlexPGBouncer"), _AUDITED,
    ),
    "microsoft.cache/redisenterprise": _METRICS_ONLY,
    "microsoft.cache/redisenterprise/databases": Categories(("ConnectionEvents",), _AUDITED, ()),
    "microsoft.storage/storageaccounts": Categories((), (), (ALL_METRICS, "Transaction", "Capacity")),
    "microsoft.storage/storageaccounts/blobservices": Categories(
        ("StorageRead", "StorageWrite", "StorageDelete"), _AUDITED, (ALL_METRICS, "Transaction", "Capacity")
    ),
    "microsoft.documentdb/databaseaccounts": Categories(
        ("DataPlaneRequests", "DataPlaneRequests5M", "DataPlaneRequests15M", "QueryRuntimeStatistics",
         "PartitionKeyStatistics", "PartitionKeyRUConsumption", "ControlPlaneRequests", "MongoRequests",
         "CassandraRequests", "GremlinRequests", "TableApiRequests"), _AUDITED, (ALL_METRICS, "Requests", "SLI"),
    ),
    "microsoft.network/virtualnetworks": Categories(("VMProtectionAlerts",), _ALL),
    "microsoft.network/networksecuritygroups": Categories(
        ("NetworkSecurityGroupEvent", "NetworkSecurityGroupRuleCounter"), _ALL, ()
    ),
    "microsoft.network/publicipaddresses": Categories(
        ("DDoSProtectionNotifications", "DDoSMitigationFlowLogs", "DDoSMitigationReports"), _AUDITED
    ),
    "microsoft.network/natgateways": _METRICS_ONLY,
    "microsoft.network/privateendpoints": _METRICS_ONLY,
    "microsoft.network/privatednszones": _METRICS_ONLY,
    "microsoft.network/dnszones": _METRICS_ONLY,
    "microsoft.network/loadbalancers": Categories(("LoadBalancerHealthEvent",), _ALL),
    "microsoft.network/applicationgateways": Categories(
        ("ApplicationGatewayAccessLog", "ApplicationGatewayPerformanceLog", "ApplicationGatewayFirewallLog"), _ALL
    ),
    "microsoft.network/trafficmanagerprofiles": Categories(("ProbeHealthStatusEvents",), _ALL),
    "microsoft.insights/components": Categories(
        ("AppAvailabilityResults", "AppBrowserTimings", "AppDependencies", "AppEvents", "AppExceptions", "AppMetrics",
         "AppPageViews", "AppPerformanceCounters", "AppRequests", "AppSystemEvents", "AppTraces"), _ALL,
    ),
    "microsoft.insights/datacollectionrules": Categories(("LogErrors", "LogTroubleshooting"), _ALL),
    "microsoft.operationalinsights/workspaces": Categories(("Audit", "SummaryLogs"), _AUDITED),
    "microsoft.monitor/accounts": _METRICS_ONLY,
    "microsoft.dashboard/grafana": Categories(("GrafanaLoginEvents", "GrafanaUsageInsightsEvents"), _AUDITED),
}  # fmt: skip
"""Categories by ARM kind in lower case."""
AUDIT: Final = frozenset(
    {
        "auditevent", "audit", "containerregistryloginevents", "containerregistryrepositoryevents", "kube-audit",
        "kube-audit-admin", "guard", "storageread", "storagewrite", "storagedelete", "postgresqlflexsessions",
        "connectionevents", "dataplanerequests", "controlplanerequests", "grafanaloginevents",
        "ddosprotectionnotifications", "ddosmitigationflowlogs", "ddosmitigationreports",
    }
)  # fmt: skip
"""Log categories in the group `audit`, in lower case."""

WITHOUT_SETTINGS: Final = frozenset(
    {
        "microsoft.managedidentity/userassignedidentities", "microsoft.network/routetables",
        "microsoft.network/publicipprefixes", "microsoft.network/applicationsecuritygroups",
        "microsoft.network/virtualnetworks/subnets", "microsoft.resources/resourcegroups",
        "microsoft.containerservice/managedclusters/agentpools",
    }
)  # fmt: skip
"""Types without logs and metrics, which have no diagnostic settings, in lower case."""


def is_category(name: str) -> bool:
    """Whether any type has this category or group. If so, its absence from another type is Azure's, not ours."""
    return name.lower() in {
        item.lower() for known in CATEGORIES.values() for item in (*known.logs, *known.groups, *known.metrics)
    }
