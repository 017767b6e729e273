"""Azure's refusals of workspaces, tables, Application Insights and data collection."""

from __future__ import annotations

from typing import Final

import pytest

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
from simulator_tests.azure.monitoring_setup import cluster_given, metrics_given, workspace_given
from simulator_tests.azure.world import Case, World, refused

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
            dataSources={"syslog": [{"name": "metrics", "streams": ["Microsoft-Syslog"], "facilityNames": ["*"]}]},
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
        lambda world: log_rule(world, dataCollectionEndpointId=collection_endpoint(world, location="northeurope").id),
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
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)
