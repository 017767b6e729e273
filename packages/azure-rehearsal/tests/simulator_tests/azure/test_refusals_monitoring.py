"""What Azure refuses of workspaces, data collection, diagnostic settings, alerts and Grafana, in its own words."""

from __future__ import annotations

from typing import Any, Final

import pytest

from simulator_tests.azure.services import (
    account,
    action_group,
    association,
    collection_endpoint,
    grafana,
    insights,
    log_rule,
    metric_alert,
    metrics,
    prometheus_rule,
    rule_group,
    setting,
    table,
    vault,
    workspace,
)
from simulator_tests.azure.world import NETWORK, Case, World, refused


def workspace_given(world: World) -> None:
    world.group()
    workspace(world)


def metrics_given(world: World) -> None:
    world.group()
    metrics(world)


def vault_given(world: World) -> None:
    workspace_given(world)
    vault(world)


def to_vault(world: World, **changes: Any) -> Any:
    return setting(world, world["kv-voice"].id, **changes)


def cluster_given(world: World) -> None:
    world.cluster()
    workspace(world)
    log_rule(world)


def five_settings(world: World) -> None:
    vault_given(world)
    for number in range(5):
        to_vault(world, name=f"to-workspace-{number}", workspaceId=workspace(world, f"log-voice-{number}").id)


CASES: Final = [
    # Workspaces, tables, Application Insights
    Case(
        "operationalinsights:Workspace",
        "a legacy pricing tier",
        lambda world: workspace(world, sku={"name": "PerNode"}),
        "BadRequest",
        ("'PerNode'", "doesn't match the subscription's billing model", "use PerGB2018"),
        given=World.group,
    ),
    Case(
        "operationalinsights:Workspace",
        "a commitment without its tier",
        lambda world: workspace(world, sku={"capacityReservationLevel": 100}),
        "BadRequest",
        ("capacityReservationLevel 100",),
        given=World.group,
    ),
    Case(
        "operationalinsights:Workspace",
        "data for a week",
        lambda world: workspace(world, retentionInDays=7),
        "InvalidParameter",
        ("'RetentionInDays'", "it is 7", "30 to 730"),
        given=World.group,
    ),
    Case(
        "operationalinsights:Table",
        "a table that every workspace has",
        lambda world: table(world, "ContainerLogV2", schema=None, retentionInDays=90),
        "ResourceAlreadyExists",
        ("cannot create already existing resource", "ContainerLogV2", "resources.Deployment"),
        given=workspace_given,
    ),
    Case(
        "operationalinsights:Table",
        "days with the Basic plan",
        lambda world: table(world, plan="Basic", retentionInDays=30),
        "InvalidParameter",
        ("plan Basic",),
        given=workspace_given,
    ),
    Case(
        "operationalinsights:Table",
        "fewer days in all than at hand",
        lambda world: table(world, retentionInDays=90, totalRetentionInDays=30),
        "InvalidParameter",
        ("totalRetentionInDays 30",),
        given=workspace_given,
    ),
    Case(
        "operationalinsights:Table",
        "an own table without a time",
        lambda world: table(world, schema={"columns": [{"name": "Call", "type": "string"}]}),
        "InvalidParameter",
        ("TimeGenerated",),
        given=workspace_given,
    ),
    Case(
        "applicationinsights:Component",
        "no workspace",
        lambda world: insights(world, workspaceResourceId=None),
        "BadRequest",
        ("WorkspaceResourceId", "classic components are retired"),
        given=workspace_given,
    ),
    Case(
        "applicationinsights:Component",
        "a workspace that does not exist",
        lambda world: insights(world, workspaceResourceId=world["log-voice"].id + "x"),
        "ResourceNotFound",
        ("log-voicex",),
        given=workspace_given,
    ),
    Case(
        "applicationinsights:Component",
        "ingestion past the workspace",
        lambda world: insights(world, ingestionMode="ApplicationInsights"),
        "BadRequest",
        ("ingestionMode ApplicationInsights",),
        given=workspace_given,
    ),
    Case(
        "applicationinsights:Component",
        "odd retention",
        lambda world: insights(world, retentionInDays=45),
        "BadRequest",
        ("45", "30, 60, 90"),
        given=workspace_given,
    ),
    Case(
        "applicationinsights:Component",
        "no samples",
        lambda world: insights(world, samplingPercentage=0),
        "BadRequest",
        ("samplingPercentage 0",),
        given=workspace_given,
    ),
    # Data collection
    Case(
        "monitor:AzureMonitorWorkspace",
        "a region that there is not",
        lambda world: metrics(world, location="atlantis"),
        "LocationNotAvailableForResourceType",
        ("atlantis",),
        given=World.group,
    ),
    Case(
        "monitor:DataCollectionEndpoint",
        "a short name",
        lambda world: collection_endpoint(world, "dc"),
        "InvalidResourceName",
        ("3 to 64",),
        given=World.group,
    ),
    Case(
        "monitor:DataCollectionEndpoint",
        "deletion while a rule uses it",
        lambda world: (
            prometheus_rule(world, dataCollectionEndpointId=collection_endpoint(world).id),
            world.delete(world["dce-voice"]),
        ),
        "DataCollectionEndpointInUse",
        ("dcr-metrics",),
        given=metrics_given,
    ),
    Case(
        "monitor:DataCollectionRule",
        "no flow",
        lambda world: prometheus_rule(world, dataFlows=[]),
        "InvalidPayload",
        ("no data flows",),
        given=metrics_given,
    ),
    Case(
        "monitor:DataCollectionRule",
        "a flow to nowhere",
        lambda world: prometheus_rule(world, dataFlows=[{"streams": ["Microsoft-PrometheusMetrics"]}]),
        "InvalidPayload",
        ("dataFlows[0] has no streams or no destinations",),
        given=metrics_given,
    ),
    Case(
        "monitor:DataCollectionRule",
        "a destination that it does not have",
        lambda world: prometheus_rule(
            world, dataFlows=[{"streams": ["Microsoft-PrometheusMetrics"], "destinations": ["logs"]}]
        ),
        "InvalidPayload",
        ("Destination 'logs' of dataFlows[0]", "use workspace"),
        given=metrics_given,
    ),
    Case(
        "monitor:DataCollectionRule",
        "a stream that nothing produces",
        lambda world: prometheus_rule(
            world, dataFlows=[{"streams": ["Microsoft-Perf"], "destinations": ["workspace"]}]
        ),
        "InvalidPayload",
        ("'Microsoft-Perf'", "not in the streams of any data source"),
        given=metrics_given,
    ),
    Case(
        "monitor:DataCollectionRule",
        "a stream of its own that it does not declare",
        lambda world: log_rule(world, dataFlows=[{"streams": ["Custom-Calls"], "destinations": ["logs"]}]),
        "InvalidPayload",
        ("'Custom-Calls'", "streamDeclarations"),
        given=workspace_given,
    ),
    Case(
        "monitor:DataCollectionRule",
        "metrics for a log workspace",
        lambda world: prometheus_rule(
            world,
            destinations={
                "monitoringAccounts": None,
                "logAnalytics": [{"name": "workspace", "workspaceResourceId": workspace(world).id}],
            },
        ),
        "InvalidPayload",
        ("cannot be sent to 'workspace' (logAnalytics)",),
        given=metrics_given,
    ),
    Case(
        "monitor:DataCollectionRule",
        "two destinations of one name",
        lambda world: prometheus_rule(
            world,
            destinations={"logAnalytics": [{"name": "workspace", "workspaceResourceId": workspace(world).id}]},
        ),
        "InvalidPayload",
        ("Destination 'workspace'", "unique name"),
        given=metrics_given,
    ),
    Case(
        "monitor:DataCollectionRule",
        "two sources of one name",
        lambda world: prometheus_rule(
            world,
            dataSources={
                "syslog": [{"name": "metrics", "streams": ["Microsoft-Syslog"], "facilityNames": ["*"]}]
            },
        ),
        "InvalidPayload",
        ("Data source 'metrics'",),
        given=metrics_given,
    ),
    Case(
        "monitor:DataCollectionRule",
        "a workspace of another region",
        lambda world: log_rule(world, location="northeurope"),
        "InvalidPayload",
        ("'northeurope'", "'westeurope'", "same region"),
        given=workspace_given,
    ),
    Case(
        "monitor:DataCollectionRule",
        "an endpoint of another region",
        lambda world: log_rule(
            world, dataCollectionEndpointId=collection_endpoint(world, location="northeurope").id
        ),
        "InvalidPayload",
        ("dce-voice", "same region"),
        given=workspace_given,
    ),
    Case(
        "monitor:DataCollectionRule",
        "deletion while it is associated",
        lambda world: (
            association(world, world["aks"], dataCollectionRuleId=world["dcr-logs"].id),
            world.delete(world["dcr-logs"]),
        ),
        "DataCollectionRuleInUse",
        ("ContainerInsightsExtension",),
        given=cluster_given,
    ),
    Case(
        "monitor:DataCollectionRuleAssociation",
        "a rule and an endpoint at once",
        lambda world: association(
            world,
            world["aks"],
            dataCollectionRuleId=world["dcr-logs"].id,
            dataCollectionEndpointId=collection_endpoint(world).id,
        ),
        "InvalidPayload",
        ("exactly one", "both"),
        given=cluster_given,
    ),
    Case(
        "monitor:DataCollectionRuleAssociation",
        "an endpoint under another name",
        lambda world: association(world, world["aks"], dataCollectionEndpointId=collection_endpoint(world).id),
        "InvalidPayload",
        ("configurationAccessEndpoint",),
        given=cluster_given,
    ),
    Case(
        "monitor:DataCollectionRuleAssociation",
        "a workspace in the place of a rule",
        lambda world: association(world, world["aks"], dataCollectionRuleId=world["log-voice"].id),
        "InvalidPayload",
        ("not a DataCollectionRule",),
        given=cluster_given,
    ),
    Case(
        "monitor:DataCollectionRuleAssociation",
        "a resource that does not exist",
        lambda world: (
            world.delete(world["aks"]),
            association(world, world["aks"], dataCollectionRuleId=world["dcr-logs"].id),
        ),
        "ResourceNotFound",
        ("aks-voice",),
        given=cluster_given,
    ),
    # Diagnostic settings
    Case(
        "monitor:DiagnosticSetting",
        "a resource that does not exist",
        lambda world: (world.delete(world["kv-voice"]), to_vault(world)),
        "ResourceNotFound",
        ("kv-voice",),
        given=vault_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a type without logs and metrics",
        lambda world: setting(world, world.identity().id),
        "BadRequest",
        ("userassignedidentities' does not support diagnostic settings",),
        given=workspace_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a category of another type",
        lambda world: to_vault(world, logs=[{"category": "kube-audit", "enabled": True}]),
        "BadRequest",
        ("Category 'kube-audit' is not supported", "AuditEvent"),
        given=vault_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a group of a type without",
        lambda world: setting(
            world, world[NETWORK].id, logs=[{"categoryGroup": "audit", "enabled": True}]
        ),
        "BadRequest",
        ("Category group 'audit' is not supported",),
        given=lambda world: (workspace_given(world), world.network()),
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a metric that there is not",
        lambda world: to_vault(world, metrics=[{"category": "Capacity", "enabled": True}]),
        "BadRequest",
        ("Metric category 'Capacity'", "AllMetrics"),
        given=vault_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "categories beside a group",
        lambda world: to_vault(
            world,
            logs=[{"categoryGroup": "audit", "enabled": True}, {"category": "AuditEvent", "enabled": True}],
        ),
        "BadRequest",
        ("does not support mix",),
        given=vault_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "nothing to send",
        lambda world: to_vault(world, logs=[{"categoryGroup": "allLogs", "enabled": False}]),
        "BadRequest",
        ("enables nothing",),
        given=vault_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "retention of its own",
        lambda world: to_vault(
            world,
            logs=[
                {"categoryGroup": "allLogs", "enabled": True, "retentionPolicy": {"enabled": True, "days": 30}}
            ],
        ),
        "BadRequest",
        ("does not support retention", "30 days"),
        given=vault_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "nowhere to send",
        lambda world: to_vault(world, workspaceId=None),
        "BadRequest",
        ("At least one data sink needs to be specified",),
        given=vault_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a workspace that does not exist",
        lambda world: to_vault(world, workspaceId=world["log-voice"].id + "x"),
        "ResourceNotFound",
        ("log-voicex",),
        given=vault_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a storage account of another region",
        lambda world: to_vault(world, storageAccountId=account(world, location="northeurope").id),
        "BadRequest",
        ("'northeurope'", "same region"),
        given=vault_given,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "a sixth setting",
        lambda world: to_vault(world, name="to-workspace-sixth"),
        "BadRequest",
        ("The limit of 5 diagnostic settings was reached",),
        given=five_settings,
    ),
    Case(
        "monitor:DiagnosticSetting",
        "one category twice to one workspace",
        lambda world: (
            to_vault(world),
            to_vault(world, name="audit", logs=[{"category": "AuditEvent", "enabled": True}]),
        ),
        "Conflict",
        ("already used in diagnostic setting 'to-workspace'", "category 'auditevent'"),
        given=vault_given,
    ),
    # Alerts and Grafana
    Case(
        "monitor:ActionGroup",
        "a region without action groups",
        lambda world: action_group(world, location="westeurope"),
        "LocationNotAvailableForResourceType",
        ("westeurope", "global"),
        given=World.group,
    ),
    Case(
        "monitor:ActionGroup",
        "two receivers of one name",
        lambda world: action_group(
            world, webhookReceivers=[{"name": "On-Call", "serviceUri": "https://example.com"}]
        ),
        "BadRequest",
        ("must be unique: on-call",),
        given=World.group,
    ),
    Case(
        "monitor:ActionGroup",
        "an address that is none",
        lambda world: action_group(world, emailReceivers=[{"name": "on-call", "emailAddress": "on-call"}]),
        "BadRequest",
        ("'on-call'",),
        given=World.group,
    ),
    Case(
        "monitor:MetricAlert",
        "a window shorter than its frequency",
        lambda world: metric_alert(world, world["kv-voice"].id, windowSize="PT1M"),
        "BadRequest",
        ("PT1M", "must not be shorter"),
        given=vault_given,
    ),
    Case(
        "monitor:MetricAlert",
        "a severity that there is not",
        lambda world: metric_alert(world, world["kv-voice"].id, severity=5),
        "BadRequest",
        ("severity 5",),
        given=vault_given,
    ),
    Case(
        "monitor:MetricAlert",
        "nothing to watch",
        metric_alert,
        "BadRequest",
        ("no scopes",),
        given=vault_given,
    ),
    Case(
        "monitor:MetricAlert",
        "two resources without their type",
        lambda world: metric_alert(world, world["kv-voice"].id, vault(world, "kv-other").id),
        "BadRequest",
        ("2 scopes", "targetResourceType"),
        given=vault_given,
    ),
    Case(
        "monitor:MetricAlert",
        "two types at once",
        lambda world: metric_alert(
            world,
            world["kv-voice"].id,
            world["log-voice"].id,
            targetResourceType="Microsoft.KeyVault/vaults",
            targetResourceRegion="westeurope",
        ),
        "BadRequest",
        ("must have one type",),
        given=vault_given,
    ),
    Case(
        "monitor:MetricAlert",
        "an action group that does not exist",
        lambda world: metric_alert(
            world, world["kv-voice"].id, actions=[{"actionGroupId": action_group(world).id + "x"}]
        ),
        "ResourceNotFound",
        ("ag-voicex",),
        given=vault_given,
    ),
    Case(
        "dashboard:Grafana",
        "the Essential tier",
        lambda world: grafana(world, sku={"name": "Essential"}),
        "InvalidSku",
        ("'Essential'", "use Standard"),
        given=World.group,
    ),
    Case(
        "dashboard:Grafana",
        "a name of 24 characters",
        lambda world: grafana(world, "amg-voice-assistant-prod"),
        "InvalidResourceName",
        ("2 to 23",),
        given=World.group,
    ),
    Case(
        "dashboard:Grafana",
        "a name that another one has",
        lambda world: (grafana(world), world.group("rg-other"), grafana(world, resourceGroupName="rg-other")),
        "GrafanaNameNotAvailable",
        ("amg-voice",),
        given=World.group,
    ),
    Case(
        "dashboard:Grafana",
        "a version that there is not",
        lambda world: grafana(world, properties={"grafanaMajorVersion": "9"}),
        "InvalidGrafanaMajorVersion",
        ("'9'", "11, 12"),
        given=World.group,
    ),
    Case(
        "dashboard:Grafana",
        "zones afterwards",
        lambda world: world.change(grafana(world), properties={"zoneRedundancy": "Enabled"}),
        "PropertyChangeNotAllowed",
        ("zoneRedundancy",),
        given=World.group,
    ),
    Case(
        "dashboard:Grafana",
        "a metrics workspace that does not exist",
        lambda world: grafana(
            world,
            properties={
                "grafanaIntegrations": {
                    "azureMonitorWorkspaceIntegrations": [
                        {"azureMonitorWorkspaceResourceId": world["amw-voice"].id + "x"}
                    ]
                }
            },
        ),
        "ResourceNotFound",
        ("amw-voicex",),
        given=metrics_given,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "no metrics workspace in its scopes",
        lambda world: rule_group(world, scopes=[workspace(world).id]),
        "BadRequest",
        ("expected an Azure Monitor workspace",),
        given=metrics_given,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "a second scope that is no cluster",
        lambda world: rule_group(world, scopes=[world["amw-voice"].id, workspace(world).id]),
        "BadRequest",
        ("not an AKS cluster",),
        given=metrics_given,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "another region than its workspace",
        lambda world: rule_group(world, location="northeurope"),
        "BadRequest",
        ("'northeurope'", "'westeurope'"),
        given=metrics_given,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "twenty-one rules",
        lambda world: rule_group(world, *({"record": f"r{n}", "expression": "up"} for n in range(21))),
        "BadRequest",
        ("21 rules", "1 to 20"),
        given=metrics_given,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "a rule that records and alerts",
        lambda world: rule_group(world, {"record": "calls", "alert": "TooManyCalls", "expression": "up"}),
        "BadRequest",
        ("either record or alert",),
        given=metrics_given,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "a recording rule with a severity",
        lambda world: rule_group(world, {"record": "calls", "expression": "up", "severity": 3}),
        "BadRequest",
        ("recording rule",),
        given=metrics_given,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "an empty expression",
        lambda world: rule_group(world, {"record": "calls", "expression": " "}),
        "BadRequest",
        ("no expression",),
        given=metrics_given,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "a severity that there is not",
        lambda world: rule_group(world, {"alert": "TooManyCalls", "expression": "up", "severity": 7}),
        "BadRequest",
        ("severity 7",),
        given=metrics_given,
    ),
    Case(
        "alertsmanagement:PrometheusRuleGroup",
        "an interval of an hour",
        lambda world: rule_group(world, interval="PT1H"),
        "BadRequest",
        ("PT1H", "PT1M to PT15M"),
        given=metrics_given,
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)
