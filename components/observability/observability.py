"""The stores of a region's telemetry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_azure_native import applicationinsights, monitor, operationalinsights

from components.scope import Scope, Workspaces
from settings.schema.observability import ObservabilitySettings

NO_QUOTA: Final = -1
"""Azure's value for no daily quota. Without a value, a quota that was set before stays."""


@dataclass(frozen=True, kw_only=True)
class ObservabilityArgs:
    """Args of `Observability`."""

    settings: ObservabilitySettings


class Observability(pulumi.ComponentResource):
    """The stores of one region's logs, metrics and traces.

    Owns the log workspace, a second one for audit logs with longer retention, Application Insights, and the Azure
    Monitor workspace for metrics. Does not own writers: diagnostic settings belong to their resources, the cluster's
    collection to `ClusterMonitoring`, dashboards to Grafana in the global part.
    """

    workspaces: Workspaces
    """Ids of the Log Analytics workspaces, for the scope of later components."""
    monitor_workspace_id: pulumi.Output[str]
    application_insights_id: pulumi.Output[str]
    metrics_endpoint: pulumi.Output[str]
    """Query URL of the Azure Monitor workspace; it requires an identity with a reader role."""
    trace_connection: pulumi.Output[str]
    """Connection string of Application Insights. Not a secret: clients also need an identity."""

    def __init__(
        self, name: str, scope: Scope, args: ObservabilityArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:Observability", name, None, opts)
        self._name, self._scope, self._args = name, scope, args
        settings = args.settings
        workspace = self._workspace(
            "workspace", scope.names.log_workspace, settings.log_retention_days, settings.daily_quota_gb
        )
        audit = self._workspace(
            "audit", scope.names.audit_workspace, settings.audit_retention_days, settings.audit_daily_quota_gb
        )
        self.workspaces = Workspaces(
            log_id=workspace.id, audit_id=audit.id, logs_off=frozenset(settings.log_categories_off)
        )
        insights, metrics = self._application_insights(workspace), self._monitor_workspace()
        self.application_insights_id, self.monitor_workspace_id = insights.id, metrics.id
        self.metrics_endpoint = self._read_metrics_endpoint(metrics)
        self.trace_connection = self._read_trace_connection(insights)
        self.register_outputs(
            {
                "workspaceId": workspace.id,
                "auditWorkspaceId": audit.id,
                "monitorWorkspaceId": self.monitor_workspace_id,
                "applicationInsightsId": self.application_insights_id,
                "metricsEndpoint": self.metrics_endpoint,
                "traceConnection": self.trace_connection,
            }
        )

    def _workspace(
        self, short: str, workspace_name: str, retention_days: int, quota: int | None
    ) -> operationalinsights.Workspace:
        """Sets retention on the workspace: its tables exist from the start, and the provider cannot adopt them."""
        return operationalinsights.Workspace(
            f"{self._name}-{short}",
            workspace_name=workspace_name,
            resource_group_name=self._scope.resource_group_name,
            location=self._scope.location,
            sku=operationalinsights.WorkspaceSkuArgs(name="PerGB2018"),
            retention_in_days=retention_days,
            workspace_capping=operationalinsights.WorkspaceCappingArgs(daily_quota_gb=quota or NO_QUOTA),
            features=operationalinsights.WorkspaceFeaturesArgs(disable_local_auth=True),
            tags=self._scope.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _application_insights(self, workspace: operationalinsights.Workspace) -> applicationinsights.Component:
        return applicationinsights.Component(
            f"{self._name}-application-insights",
            resource_name_=self._scope.names.application_insights,
            resource_group_name=self._scope.resource_group_name,
            location=self._scope.location,
            kind="web",
            application_type="web",
            ingestion_mode="LogAnalytics",
            workspace_resource_id=workspace.id,
            # Clients send telemetry with an identity; the connection string alone is not sufficient.
            disable_local_auth=True,
            tags=self._scope.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _monitor_workspace(self) -> monitor.AzureMonitorWorkspace:
        return monitor.AzureMonitorWorkspace(
            f"{self._name}-monitor-workspace",
            azure_monitor_workspace_name=self._scope.names.monitor_workspace,
            resource_group_name=self._scope.resource_group_name,
            location=self._scope.location,
            tags=self._scope.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    # Read both by name: the outputs of a resource are unknown during its update.

    def _read_metrics_endpoint(self, made: monitor.AzureMonitorWorkspace) -> pulumi.Output[str]:
        now = monitor.get_azure_monitor_workspace_output(
            azure_monitor_workspace_name=self._scope.names.monitor_workspace,
            resource_group_name=self._scope.names.resource_group,
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=[made]),
        )
        return now.metrics.apply(lambda metrics: metrics.prometheus_query_endpoint)

    def _read_trace_connection(self, made: applicationinsights.Component) -> pulumi.Output[str]:
        return applicationinsights.get_component_output(
            resource_name=self._scope.names.application_insights,
            resource_group_name=self._scope.names.resource_group,
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=[made]),
        ).connection_string
