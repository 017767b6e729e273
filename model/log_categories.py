"""The log categories that a stack can turn off, by the type of the resource that writes them.

Source: learn.microsoft.com/azure/azure-monitor/reference/logs-index. Types whose categories are few and rarely written
(vaults, public addresses, networks) are absent: they send all of theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final


class LogSource(StrEnum):
    """A type of resource with categories that can be off."""

    CLUSTER = "Microsoft.ContainerService/managedClusters"
    BLOBS = "Microsoft.Storage/storageAccounts/blobServices"
    POSTGRESQL = "Microsoft.DBforPostgreSQL/flexibleServers"
    REDIS = "Microsoft.Cache/redisEnterprise/databases"
    REGISTRY = "Microsoft.ContainerRegistry/registries"
    SECURITY_GROUP = "Microsoft.Network/networkSecurityGroups"


CATEGORIES: Final[Mapping[LogSource, tuple[str, ...]]] = {
    # Changes and the reasons for scaling. The full audit log also has all reads, at many times the price.
    LogSource.CLUSTER: ("kube-audit-admin", "guard", "cluster-autoscaler", "kube-controller-manager"),
    LogSource.BLOBS: ("StorageRead", "StorageWrite", "StorageDelete"),
    LogSource.POSTGRESQL: (
        "PostgreSQLLogs",
        "PostgreSQLFlexSessions",
        "PostgreSQLFlexQueryStoreRuntime",
        "PostgreSQLFlexQueryStoreWaitStats",
        "PostgreSQLFlexTableStats",
        "PostgreSQLFlexDatabaseXacts",
    ),
    LogSource.REDIS: ("ConnectionEvents",),
    LogSource.REGISTRY: ("ContainerRegistryRepositoryEvents", "ContainerRegistryLoginEvents"),
    LogSource.SECURITY_GROUP: ("NetworkSecurityGroupEvent", "NetworkSecurityGroupRuleCounter"),
}
"""The categories of each type that the platform sends if none is off."""

ALL_CATEGORIES: Final = tuple(category for categories in CATEGORIES.values() for category in categories)


def enabled_categories(source: LogSource, off: Collection[str]) -> tuple[str, ...] | None:
    """Returns the categories that a resource sends, or `None` for every category of its type.

    The cluster always names its categories, because others of its type are expensive.
    """
    categories = CATEGORIES[source]
    if source is not LogSource.CLUSTER and not any(category in off for category in categories):
        return None
    return tuple(category for category in categories if category not in off)
