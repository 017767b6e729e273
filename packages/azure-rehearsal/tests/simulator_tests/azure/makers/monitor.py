"""Workspaces, data collection, diagnostic settings, alerts, Grafana."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.harness import AzureHarness, Deployed, merged
from simulator_tests.azure.makers.common import made


def workspace(azure: AzureHarness, name: str = "log-shop", **changes: Any) -> Deployed:
    base = {"workspaceName": name, "sku": {"name": "PerGB2018"}, "retentionInDays": 30}
    return made(azure, "operationalinsights:Workspace", name, base, changes)


def table(azure: AzureHarness, name: str = "OrderAudit_CL", **changes: Any) -> Deployed:
    columns = [{"name": "TimeGenerated", "type": "dateTime"}, {"name": "Order", "type": "string"}]
    base = {"workspaceName": "log-shop", "tableName": name, "schema": {"name": name, "columns": columns}}
    return made(azure, "operationalinsights:Table", name, base, changes)


def insights(azure: AzureHarness, name: str = "appi-shop", **changes: Any) -> Deployed:
    base = {"resourceName": name, "kind": "web", "applicationType": "web", "workspaceResourceId": azure["log-shop"].id}
    return made(azure, "applicationinsights:Component", name, base, changes)


def metrics(azure: AzureHarness, name: str = "amw-shop", **changes: Any) -> Deployed:
    return made(azure, "monitor:AzureMonitorWorkspace", name, {"azureMonitorWorkspaceName": name}, changes)


def collection_endpoint(azure: AzureHarness, name: str = "dce-shop", **changes: Any) -> Deployed:
    return made(azure, "monitor:DataCollectionEndpoint", name, {"dataCollectionEndpointName": name}, changes)


def prometheus_rule(azure: AzureHarness, name: str = "dcr-metrics", **changes: Any) -> Deployed:
    """A data collection rule that sends Prometheus metrics to `metrics`."""
    base = {
        "dataCollectionRuleName": name,
        "dataSources": {"prometheusForwarder": [{"name": "metrics", "streams": ["Microsoft-PrometheusMetrics"]}]},
        "dataFlows": [{"streams": ["Microsoft-PrometheusMetrics"], "destinations": ["workspace"]}],
        "destinations": {
            "monitoringAccounts": [{"name": "workspace", "accountResourceId": azure["amw-shop"].id}],
        },
    }
    return made(azure, "monitor:DataCollectionRule", name, base, changes)


def log_rule(azure: AzureHarness, name: str = "dcr-logs", **changes: Any) -> Deployed:
    """A data collection rule that sends container logs to `workspace`."""
    base = {
        "dataCollectionRuleName": name,
        "dataSources": {
            "extensions": [
                {"name": "logs", "extensionName": "ContainerInsights", "streams": ["Microsoft-ContainerLogV2"]}
            ]
        },
        "dataFlows": [{"streams": ["Microsoft-ContainerLogV2"], "destinations": ["logs"]}],
        "destinations": {"logAnalytics": [{"name": "logs", "workspaceResourceId": azure["log-shop"].id}]},
    }
    return made(azure, "monitor:DataCollectionRule", name, base, changes)


def association(
    azure: AzureHarness, target: Deployed, name: str = "ContainerInsightsExtension", **inputs: Any
) -> Deployed:
    return azure.make(
        "monitor:DataCollectionRuleAssociation", name, resourceUri=target.id, associationName=name, **inputs
    )


def setting(azure: AzureHarness, target: str, name: str = "to-workspace", **changes: Any) -> Deployed:
    base = {
        "resourceUri": target,
        "name": name,
        "workspaceId": azure["log-shop"].id,
        "logs": [{"categoryGroup": "allLogs", "enabled": True}],
    }
    return azure.make("monitor:DiagnosticSetting", name, **merged(base, changes))


def action_group(azure: AzureHarness, name: str = "ag-shop", **changes: Any) -> Deployed:
    base = {
        "actionGroupName": name,
        "groupShortName": "shop",
        "enabled": True,
        "location": "global",
        "emailReceivers": [{"name": "operators", "emailAddress": "operators@example.com"}],
    }
    return made(azure, "monitor:ActionGroup", name, base, changes)


def metric_alert(azure: AzureHarness, *scopes: str, name: str = "alert-cpu", **changes: Any) -> Deployed:
    base = {
        "ruleName": name,
        "location": "global",
        "enabled": True,
        "severity": 2,
        "evaluationFrequency": "PT5M",
        "windowSize": "PT15M",
        "scopes": list(scopes),
        "criteria": {"odataType": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria", "allOf": []},
    }
    return made(azure, "monitor:MetricAlert", name, base, changes)


def grafana(azure: AzureHarness, name: str = "amg-shop", **changes: Any) -> Deployed:
    base = {"workspaceName": name, "sku": {"name": "Standard"}, "identity": {"type": "SystemAssigned"}}
    return made(azure, "dashboard:Grafana", name, base, changes)


def rule_group(azure: AzureHarness, *rules: dict[str, Any], name: str = "rules-shop", **changes: Any) -> Deployed:
    given = list(rules) or [{"record": "orders:rate5m", "expression": "sum(rate(orders_total[5m]))"}]
    base = {"ruleGroupName": name, "scopes": [azure["amw-shop"].id], "rules": given}
    return made(azure, "alertsmanagement:PrometheusRuleGroup", name, base, changes)
