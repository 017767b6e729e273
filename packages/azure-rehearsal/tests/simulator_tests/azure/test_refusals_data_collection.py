"""Azure's refusals of workspaces, tables, Application Insights and data collection."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.harness import AzureHarness, Case, refused
from simulator_tests.azure.makers.monitor import (
    association,
    collection_endpoint,
    insights,
    log_rule,
    metrics,
    prometheus_rule,
    table,
    workspace,
)
from simulator_tests.azure.monitoring_setup import with_cluster, with_metrics, with_workspace

CASES: Final = [
    # Workspaces, tables, Application Insights
    Case(
        "operationalinsights:Workspace",
        "a legacy pricing tier",
        lambda azure: workspace(azure, sku={"name": "PerNode"}),
        "BadRequest",
        ("'PerNode'", "doesn't match the subscription's billing model", "use PerGB2018"),
        setup=AzureHarness.group,
    ),
    Case(
        "operationalinsights:Workspace",
        "a commitment without its tier",
        lambda azure: workspace(azure, sku={"capacityReservationLevel": 100}),
        "BadRequest",
        ("capacityReservationLevel 100",),
        setup=AzureHarness.group,
    ),
    Case(
        "operationalinsights:Workspace",
        "data for a week",
        lambda azure: workspace(azure, retentionInDays=7),
        "InvalidParameter",
        ("'RetentionInDays'", "it is 7", "30 to 730"),
        setup=AzureHarness.group,
    ),
    Case(
        "operationalinsights:Table",
        "a built-in table",
        lambda azure: table(azure, "ContainerLogV2", schema=None, retentionInDays=90),
        "ResourceAlreadyExists",
        ("cannot create already existing resource", "ContainerLogV2", "resources.Deployment"),
        setup=with_workspace,
    ),
    Case(
        "operationalinsights:Table",
        "retention with the Basic plan",
        lambda azure: table(azure, plan="Basic", retentionInDays=30),
        "InvalidParameter",
        ("plan Basic",),
        setup=with_workspace,
    ),
    Case(
        "operationalinsights:Table",
        "a total retention below the retention",
        lambda azure: table(azure, retentionInDays=90, totalRetentionInDays=30),
        "InvalidParameter",
        ("totalRetentionInDays 30",),
        setup=with_workspace,
    ),
    Case(
        "operationalinsights:Table",
        "a custom table without TimeGenerated",
        lambda azure: table(azure, schema={"columns": [{"name": "Order", "type": "string"}]}),
        "InvalidParameter",
        ("TimeGenerated",),
        setup=with_workspace,
    ),
    Case(
        "applicationinsights:Component",
        "a workspace that does not exist",
        lambda azure: insights(azure, workspaceResourceId=azure["log-shop"].id + "x"),
        "ResourceNotFound",
        ("log-shopx",),
        setup=with_workspace,
    ),
    Case(
        "applicationinsights:Component",
        "ingestion outside the workspace",
        lambda azure: insights(azure, ingestionMode="ApplicationInsights"),
        "BadRequest",
        ("ingestionMode ApplicationInsights",),
        setup=with_workspace,
    ),
    Case(
        "applicationinsights:Component",
        "an unsupported retention",
        lambda azure: insights(azure, retentionInDays=45),
        "BadRequest",
        ("45", "30, 60, 90"),
        setup=with_workspace,
    ),
    Case(
        "applicationinsights:Component",
        "a sampling percentage of zero",
        lambda azure: insights(azure, samplingPercentage=0),
        "BadRequest",
        ("samplingPercentage 0",),
        setup=with_workspace,
    ),
    # Data collection
    Case(
        "monitor:AzureMonitorWorkspace",
        "another region in place",
        lambda azure: (metrics(azure), azure.change(azure["amw-shop"], location="northeurope")),
        "InvalidResourceLocation",
        ("already exists in location 'westeurope'",),
        setup=AzureHarness.group,
    ),
    Case(
        "monitor:DataCollectionEndpoint",
        "a short name",
        lambda azure: collection_endpoint(azure, "dc"),
        "InvalidResourceName",
        ("3 to 64",),
        setup=AzureHarness.group,
    ),
    Case(
        "monitor:DataCollectionEndpoint",
        "deletion while a rule uses it",
        lambda azure: (
            prometheus_rule(azure, dataCollectionEndpointId=collection_endpoint(azure).id),
            azure.delete(azure["dce-shop"]),
        ),
        "DataCollectionEndpointInUse",
        ("dcr-metrics",),
        setup=with_metrics,
    ),
    Case(
        "monitor:DataCollectionRule",
        "no flow",
        lambda azure: prometheus_rule(azure, dataFlows=[]),
        "InvalidPayload",
        ("no data flows",),
        setup=with_metrics,
    ),
    Case(
        "monitor:DataCollectionRule",
        "a flow without destinations",
        lambda azure: prometheus_rule(azure, dataFlows=[{"streams": ["Microsoft-PrometheusMetrics"]}]),
        "InvalidPayload",
        ("dataFlows[0] has no streams or no destinations",),
        setup=with_metrics,
    ),
    Case(
        "monitor:DataCollectionRule",
        "an undeclared destination",
        lambda azure: prometheus_rule(
            azure, dataFlows=[{"streams": ["Microsoft-PrometheusMetrics"], "destinations": ["logs"]}]
        ),
        "InvalidPayload",
        ("Destination 'logs' of dataFlows[0]", "use workspace"),
        setup=with_metrics,
    ),
    Case(
        "monitor:DataCollectionRule",
        "a stream that no data source has",
        lambda azure: prometheus_rule(
            azure, dataFlows=[{"streams": ["Microsoft-Perf"], "destinations": ["workspace"]}]
        ),
        "InvalidPayload",
        ("'Microsoft-Perf'", "not in the streams of any data source"),
        setup=with_metrics,
    ),
    Case(
        "monitor:DataCollectionRule",
        "an undeclared custom stream",
        lambda azure: log_rule(azure, dataFlows=[{"streams": ["Custom-Calls"], "destinations": ["logs"]}]),
        "InvalidPayload",
        ("'Custom-Calls'", "streamDeclarations"),
        setup=with_workspace,
    ),
    Case(
        "monitor:DataCollectionRule",
        "metrics for a log workspace",
        lambda azure: prometheus_rule(
            azure,
            destinations={
                "monitoringAccounts": None,
                "logAnalytics": [{"name": "workspace", "workspaceResourceId": workspace(azure).id}],
            },
        ),
        "InvalidPayload",
        ("cannot be sent to 'workspace' (logAnalytics)",),
        setup=with_metrics,
    ),
    Case(
        "monitor:DataCollectionRule",
        "two destinations with the same name",
        lambda azure: prometheus_rule(
            azure,
            destinations={"logAnalytics": [{"name": "workspace", "workspaceResourceId": workspace(azure).id}]},
        ),
        "InvalidPayload",
        ("Destination 'workspace'", "unique name"),
        setup=with_metrics,
    ),
    Case(
        "monitor:DataCollectionRule",
        "two data sources with the same name",
        lambda azure: prometheus_rule(
            azure,
            dataSources={"syslog": [{"name": "metrics", "streams": ["Microsoft-Syslog"], "facilityNames": ["*"]}]},
        ),
        "InvalidPayload",
        ("Data source 'metrics'",),
        setup=with_metrics,
    ),
    Case(
        "monitor:DataCollectionRule",
        "a workspace of another region",
        lambda azure: log_rule(azure, location="northeurope"),
        "InvalidPayload",
        ("'northeurope'", "'westeurope'", "same region"),
        setup=with_workspace,
    ),
    Case(
        "monitor:DataCollectionRule",
        "an endpoint of another region",
        lambda azure: log_rule(azure, dataCollectionEndpointId=collection_endpoint(azure, location="northeurope").id),
        "InvalidPayload",
        ("dce-shop", "same region"),
        setup=with_workspace,
    ),
    Case(
        "monitor:DataCollectionRule",
        "deletion while it is associated",
        lambda azure: (
            association(azure, azure["aks"], dataCollectionRuleId=azure["dcr-logs"].id),
            azure.delete(azure["dcr-logs"]),
        ),
        "DataCollectionRuleInUse",
        ("ContainerInsightsExtension",),
        setup=with_cluster,
    ),
    Case(
        "monitor:DataCollectionRuleAssociation",
        "both a rule and an endpoint",
        lambda azure: association(
            azure,
            azure["aks"],
            dataCollectionRuleId=azure["dcr-logs"].id,
            dataCollectionEndpointId=collection_endpoint(azure).id,
        ),
        "InvalidPayload",
        ("exactly one", "both"),
        setup=with_cluster,
    ),
    Case(
        "monitor:DataCollectionRuleAssociation",
        "an endpoint under another name",
        lambda azure: association(azure, azure["aks"], dataCollectionEndpointId=collection_endpoint(azure).id),
        "InvalidPayload",
        ("configurationAccessEndpoint",),
        setup=with_cluster,
    ),
    Case(
        "monitor:DataCollectionRuleAssociation",
        "a workspace instead of a rule",
        lambda azure: association(azure, azure["aks"], dataCollectionRuleId=azure["log-shop"].id),
        "InvalidPayload",
        ("not a DataCollectionRule",),
        setup=with_cluster,
    ),
    Case(
        "monitor:DataCollectionRuleAssociation",
        "a resource that does not exist",
        lambda azure: (
            azure.delete(azure["aks"]),
            association(azure, azure["aks"], dataCollectionRuleId=azure["dcr-logs"].id),
        ),
        "ResourceNotFound",
        ("aks-shop",),
        setup=with_cluster,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)
