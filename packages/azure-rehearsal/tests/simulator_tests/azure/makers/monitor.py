"""Workspaces, data collection, diagnostic settings, alerts, Grafana."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.makers.common import made
from simulator_tests.azure.world import Made, World, merged


def workspace(world: World, name: str = "log-voice", **changes: Any) -> Made:
    base = {"workspaceName": name, "sku": {"name": "PerGB2018"}, "retentionInDays": 30}
    return made(world, "operationalinsights:Workspace", name, base, changes)


def table(world: World, name: str = "CallAudit_CL", **changes: Any) -> Made:
    columns = [{"name": "TimeGenerated", "type": "dateTime"}, {"name": "Call", "type": "string"}]
    base = {"workspaceName": "log-voice", "tableName": name, "schema": {"name": name, "columns": columns}}
    return made(world, "operationalinsights:Table", name, base, changes)


def insights(world: World, name: str = "appi-voice", **changes: Any) -> Made:
    base = {"resourceName": name, "kind": "web", "applicationType": "web", "workspaceResourceId": world["log-voice"].id}
    return made(world, "applicationinsights:Component", name, base, changes)


def metrics(world: World, name: str = "amw-voice", **changes: Any) -> Made:
    return made(world, "monitor:AzureMonitorWorkspace", name, {"azureMonitorWorkspaceName": name}, changes)


def collection_endpoint(world: World, name: str = "dce-voice", **changes: Any) -> Made:
    return made(world, "monitor:DataCollectionEndpoint", name, {"dataCollectionEndpointName": name}, changes)


def prometheus_rule(world: World, name: str = "dcr-metrics", **changes: Any) -> Made:
    """A data collection rule that sends Prometheus metrics to `metrics`."""
    base = {
        "dataCollectionRuleName": name,
        "dataSources": {"prometheusForwarder": [{"name": "metrics", "streams": ["Microsoft-PrometheusMetrics"]}]},
        "dataFlows": [{"streams": ["Microsoft-PrometheusMetrics"], "destinations": ["workspace"]}],
        "destinations": {
            "monitoringAccounts": [{"name": "workspace", "accountResourceId": world["amw-voice"].id}],
        },
    }
    return made(world, "monitor:DataCollectionRule", name, base, changes)


def log_rule(world: World, name: str = "dcr-logs", **changes: Any) -> Made:
    """A data collection rule that sends container logs to `workspace`."""
    base = {
        "dataCollectionRuleName": name,
        "dataSources": {
            "extensions": [
                {"name": "logs", "extensionName": "ContainerInsights", "streams": ["Microsoft-ContainerLogV2"]}
            ]
        },
        "dataFlows": [{"streams": ["Microsoft-ContainerLogV2"], "destinations": ["logs"]}],
        "destinations": {"logAnalytics": [{"name": "logs", "workspaceResourceId": world["log-voice"].id}]},
    }
    return made(world, "monitor:DataCollectionRule", name, base, changes)


def association(world: World, target: Made, name: str = "ContainerInsightsExtension", **inputs: Any) -> Made:
    return world.make(
        "monitor:DataCollectionRuleAssociation", name, resourceUri=target.id, associationName=name, **inputs
    )


def setting(world: World, target: str, name: str = "to-workspace", **changes: Any) -> Made:
    base = {
        "resourceUri": target,
        "name": name,
        "workspaceId": world["log-voice"].id,
        "logs": [{"categoryGroup": "allLogs", "enabled": True}],
    }
    return world.make("monitor:DiagnosticSetting", name, **merged(base, changes))


def action_group(world: World, name: str = "ag-voice", **changes: Any) -> Made:
    base = {
        "actionGroupName": name,
        "groupShortName": "voice",
        "enabled": True,
        "location": "global",
        "emailReceivers": [{"name": "on-call", "emailAddress": "on-call@example.com"}],
    }
    return made(world, "monitor:ActionGroup", name, base, changes)


def metric_alert(world: World, *scopes: str, name: str = "alert-cpu", **changes: Any) -> Made:
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
    return made(world, "monitor:MetricAlert", name, base, changes)


def grafana(world: World, name: str = "amg-voice", **changes: Any) -> Made:
    base = {"workspaceName": name, "sku": {"name": "Standard"}, "identity": {"type": "SystemAssigned"}}
    return made(world, "dashboard:Grafana", name, base, changes)


def rule_group(world: World, *rules: dict[str, Any], name: str = "rules-voice", **changes: Any) -> Made:
    given = list(rules) or [{"record": "calls:rate5m", "expression": "sum(rate(calls_total[5m]))"}]
    base = {"ruleGroupName": name, "scopes": [world["amw-voice"].id], "rules": given}
    return made(world, "alertsmanagement:PrometheusRuleGroup", name, base, changes)
