"""Logs: retention, quota and sources."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from settings.schema.types import Section, unique

LogCategory = Literal[
    "kube-audit-admin",
    "guard",
    "cluster-autoscaler",
    "kube-controller-manager",
    "StorageRead",
    "StorageWrite",
    "StorageDelete",
    "PostgreSQLLogs",
    "PostgreSQLFlexSessions",
    "PostgreSQLFlexQueryStoreRuntime",
    "PostgreSQLFlexQueryStoreWaitStats",
    "PostgreSQLFlexTableStats",
    "PostgreSQLFlexDatabaseXacts",
    "ConnectionEvents",
    "ContainerRegistryRepositoryEvents",
    "ContainerRegistryLoginEvents",
    "NetworkSecurityGroupEvent",
    "NetworkSecurityGroupRuleCounter",
]
"""The categories of `model.log_categories`, which assigns them to types of resources."""


class ObservabilitySettings(Section):
    """The monitoring of the region."""

    log_retention_days: Annotated[int, Field(ge=30, le=730)] = 30
    """Retention of logs, days."""
    audit_retention_days: Annotated[int, Field(ge=30, le=730)] = 90
    """Retention of audit tables, days."""
    daily_quota_gb: Annotated[int, Field(ge=1)] | None = None
    """Daily quota of the log workspace, GB. Azure drops further logs until the next day. `null`: no quota."""
    audit_daily_quota_gb: Annotated[int, Field(ge=1)] | None = None
    """Daily quota of the workspace for audit logs, GB. Production has none: a flood of logs must not hide an attack."""
    log_categories_off: Annotated[tuple[LogCategory, ...], AfterValidator(unique)] = ()
    """Log categories of Azure resources that are off, by Azure's names."""
    flow_logs: bool = True
    """Logs the network flows."""
    defender: bool = False
    """Runs the Microsoft Defender sensor on the nodes. Azure bills it per vCPU."""
