"""Workspaces, data collection, Grafana, alerts."""

from __future__ import annotations

import pulumi
import pulumi_azure_native as azure

from shop.base import client, place

# Monitoring
workspace = azure.operationalinsights.Workspace(
    "workspace",
    workspace_name="log-shop",
    sku=azure.operationalinsights.WorkspaceSkuArgs(name="PerGB2018"),
    retention_in_days=30,
    **place,
)
azure.operationalinsights.Table(
    "table",
    workspace_name=workspace.name,
    table_name="OrderAudit_CL",
    total_retention_in_days=90,
    schema=azure.operationalinsights.SchemaArgs(
        name="OrderAudit_CL",
        columns=[
            azure.operationalinsights.ColumnArgs(name="TimeGenerated", type="dateTime"),
            azure.operationalinsights.ColumnArgs(name="Order", type="string"),
        ],
    ),
    **place,
)
azure.applicationinsights.Component(
    "insights",
    resource_name_="appi-shop",
    kind="web",
    application_type="web",
    workspace_resource_id=workspace.id,
    **place,
)
metrics = azure.monitor.AzureMonitorWorkspace("metrics", azure_monitor_workspace_name="amw-shop", **place)
collection_endpoint = azure.monitor.DataCollectionEndpoint(
    "collection-endpoint", data_collection_endpoint_name="dce-shop", **place
)
collection_rule = azure.monitor.DataCollectionRule(
    "collection-rule",
    data_collection_rule_name="dcr-shop",
    data_collection_endpoint_id=collection_endpoint.id,
    data_sources=azure.monitor.DataCollectionRuleDataSourcesArgs(
        prometheus_forwarder=[
            azure.monitor.PrometheusForwarderDataSourceArgs(name="metrics", streams=["Microsoft-PrometheusMetrics"])
        ]
    ),
    data_flows=[azure.monitor.DataFlowArgs(streams=["Microsoft-PrometheusMetrics"], destinations=["workspace"])],
    destinations=azure.monitor.DataCollectionRuleDestinationsArgs(
        monitoring_accounts=[
            azure.monitor.MonitoringAccountDestinationArgs(name="workspace", account_resource_id=metrics.id)
        ]
    ),
    **place,
)
azure.monitor.DataCollectionRuleAssociation(
    "association",
    association_name="metrics",
    resource_uri=workspace.id,
    data_collection_rule_id=collection_rule.id,
)
grafana = azure.dashboard.Grafana(
    "grafana",
    workspace_name="amg-shop",
    sku=azure.dashboard.ResourceSkuArgs(name="Standard"),
    identity=azure.dashboard.ManagedServiceIdentityArgs(type="SystemAssigned"),
    **place,
)
azure.authorization.RoleAssignment(
    "grafana-reads",
    role_assignment_name="77777777-2222-4333-8444-555555555555",
    scope=metrics.id,
    principal_id=grafana.identity.principal_id,
    principal_type="ServicePrincipal",
    role_definition_id=f"/subscriptions/{client.subscription_id}/providers/Microsoft.Authorization/roleDefinitions/"
    "b0d8363b-8ddd-447d-831f-62ca05bff136",
)
azure.alertsmanagement.PrometheusRuleGroup(
    "rules",
    rule_group_name="rules-shop",
    scopes=[metrics.id],
    rules=[azure.alertsmanagement.PrometheusRuleArgs(record="orders:rate5m", expression="sum(rate(orders_total[5m]))")],
    **place,
)
action_group = azure.monitor.ActionGroup(
    "action-group",
    action_group_name="ag-shop",
    group_short_name="shop",
    enabled=True,
    location="global",
    email_receivers=[
        azure.monitor.MicrosoftCommonEmailReceiverArgs(name="operators", email_address="operators@example.com")
    ],
    **place,
)


def logged(name: str, target: pulumi.Input[str], logs: bool = True) -> None:
    azure.monitor.DiagnosticSetting(
        f"logs-{name}",
        name="to-workspace",
        resource_uri=target,
        workspace_id=workspace.id,
        logs=[azure.monitor.DiagnosticsLogSettingsArgs(category_group="allLogs", enabled=True)] if logs else None,
        metrics=None if logs else [azure.monitor.DiagnosticsMetricSettingsArgs(category="AllMetrics", enabled=True)],
    )
