"""The container registry, logs and metrics in Azure."""

from __future__ import annotations

import pytest

from model.roles import Role
from tests.unit.graph import Graph, Registered
from tests.unit.stack_variants import PIPELINE, non_default, second_region
from tests.unit.stacks import PROJECT, graph_of

PROD = PROJECT / "Pulumi.prod.yaml"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(PROD)


@pytest.fixture(scope="module")
def secondary() -> Graph:
    return second_region()


def roles(graph: Graph, role: Role) -> list[Registered]:
    return [
        assignment
        for assignment in graph.of_type("azure-native:authorization:RoleAssignment")
        if assignment.inputs["roleDefinitionId"].endswith(role.value)
    ]


@pytest.mark.requirement("A35", "B58")
def test_the_registry_is_premium_without_an_admin_user(graph: Graph) -> None:
    registry = graph.one("azure-native:containerregistry:Registry")
    assert registry.value("sku.name") == "Premium"
    assert registry.value("adminUserEnabled") is False
    assert registry.value("publicNetworkAccess") == "Disabled"
    assert registry.value("policies.retentionPolicy") == {"days": 7, "status": "enabled"}
    assert registry.value("resourceGroupName") == "rg-voice-prod-global"


@pytest.mark.requirement("B58")
def test_each_region_except_the_home_region_has_a_registry_replica(graph: Graph, secondary: Graph) -> None:
    assert graph.of_type("azure-native:containerregistry:Replication") == []
    replica = secondary.one("azure-native:containerregistry:Replication")
    assert replica.value("location") == "westeurope"
    assert replica.value("resourceGroupName") == "rg-voice-prod-global"


def test_a_region_without_the_global_part_creates_no_global_resources(secondary: Graph) -> None:
    types = {resource.type for resource in secondary.resources}
    assert "azure-native:containerregistry:Registry" not in types
    assert "azure-native:dashboard:Grafana" not in types


@pytest.mark.requirement("A35")
def test_nodes_can_pull_and_pipelines_can_push(graph: Graph) -> None:
    (pull,) = roles(graph, Role.ACR_PULL)
    assert "/registries/acr" in pull.inputs["scope"]
    assert roles(graph, Role.ACR_PUSH) == []
    assert [role.inputs["principalId"] for role in roles(non_default(), Role.ACR_PUSH)] == [PIPELINE]


@pytest.mark.requirement("B46")
def test_logs_are_kept_thirty_days_and_audit_logs_ninety(graph: Graph) -> None:
    retention = {
        workspace.value("workspaceName"): workspace.value("retentionInDays")
        for workspace in graph.of_type("azure-native:operationalinsights:Workspace")
    }
    assert retention == {"log-voice-prod-eastus": 30, "log-voice-prod-eastus-audit": 90}
    audited = {
        setting.value("resourceUri").split("/providers/")[-1].split("/")[0]
        for setting in graph.of_type("azure-native:monitor:DiagnosticSetting")
        if setting.value("workspaceId").endswith("-audit")
    }
    assert audited == {
        "Microsoft.ContainerRegistry",
        "Microsoft.ContainerService",
        "Microsoft.KeyVault",
        "Microsoft.Storage",
    }


@pytest.mark.requirement("A37", "B45")
def test_traces_go_to_application_insights_on_the_workspace(graph: Graph) -> None:
    insights = graph.one("azure-native:applicationinsights:Component")
    assert insights.value("ingestionMode") == "LogAnalytics"
    assert insights.value("workspaceResourceId").endswith("/log-voice-prod-eastus")


@pytest.mark.requirement("A37", "B47", "K16")
def test_metrics_go_to_prometheus_and_container_logs_to_the_workspace(graph: Graph) -> None:
    cluster = graph.one("azure-native:containerservice:ManagedCluster")
    assert cluster.value("azureMonitorProfile.metrics.enabled") is True
    assert cluster.value("addonProfiles.omsagent.config.useAADAuth") == "true"
    rules = {rule.name.rsplit("-", 1)[-1]: rule for rule in graph.of_type("azure-native:monitor:DataCollectionRule")}
    assert rules["metrics"].value("dataFlows[0].streams") == ["Microsoft-PrometheusMetrics"]
    assert "Microsoft-ContainerLogV2" in rules["logs"].value("dataFlows[0].streams")
    associations = graph.of_type("azure-native:monitor:DataCollectionRuleAssociation")
    assert {association.value("associationName") for association in associations} == {
        "configurationAccessEndpoint",
        "ContainerInsightsExtension",
        "dcr-voice-prod-eastus-metrics",
    }


@pytest.mark.requirement("K16")
def test_the_environments_grafana_reads_each_regions_metrics(graph: Graph, secondary: Graph) -> None:
    for found in (graph, secondary):
        (reader,) = (role for role in roles(found, Role.MONITORING_DATA_READER) if "grafana" in role.name)
        assert "/Microsoft.Monitor/accounts/amw-voice-prod-" in reader.inputs["scope"]


DIAGNOSED = {
    "containerservice:ManagedCluster",
    "cosmosdb:DatabaseAccount",
    "dbforpostgresql:Server",
    "keyvault:Vault",
    "network:NetworkSecurityGroup",
    "network:PublicIPAddress",
    "network:VirtualNetwork",
    "redisenterprise:Database",
    "storage:BlobServiceProperties",
    "containerregistry:Registry",
    "dashboard:Grafana",
    "trafficmanager:Profile",
}
"""Types of the program that have diagnostic logs (Azure Monitor, supported resource logs)."""


def test_every_resource_with_logs_has_a_diagnostic_setting(graph: Graph) -> None:
    diagnosed = {
        setting.value("resourceUri").lower() for setting in graph.of_type("azure-native:monitor:DiagnosticSetting")
    }
    without_setting = []
    for resource in graph.resources:
        if resource.type.removeprefix("azure-native:") in DIAGNOSED:
            name = next(
                value for key, value in resource.inputs.items() if key.endswith("Name") and key != "resourceGroupName"
            )
            if not any(uri.endswith(f"/{name.lower()}") or f"/{name.lower()}/" in uri for uri in diagnosed):
                without_setting.append(resource.name)
    assert not without_setting


def test_flow_logs_are_enabled_by_default(graph: Graph) -> None:
    log = graph.one("azure-native:network:FlowLog")
    assert log.value("networkWatcherName") == "NetworkWatcher_eastus"
    assert log.value("targetResourceId").endswith("/vnet-voice-prod-eastus")
    assert non_default().of_type("azure-native:network:FlowLog") == []


def test_defender_monitors_the_nodes_by_setting(graph: Graph) -> None:
    assert "defender" not in graph.one("azure-native:containerservice:ManagedCluster").inputs["securityProfile"]
    cluster = non_default().one("azure-native:containerservice:ManagedCluster")
    assert cluster.value("securityProfile.defender.securityMonitoring.enabled") is True


@pytest.mark.requirement("C47")
def test_changes_and_access_to_secrets_files_images_and_data_are_logged(graph: Graph) -> None:
    """The logs are in the audit workspace, except those of the databases."""
    trails = {
        setting.name.removeprefix("voice-eastus-").replace("diagnostics", "").strip("-"): setting
        for setting in graph.of_type("azure-native:monitor:DiagnosticSetting")
    }
    for what in ("vault", "data-storage", "registry", "monitoring"):
        assert trails[what].value("workspaceId").endswith("-audit"), what
    for what in ("vault", "data-storage", "registry", "data-postgresql", "data-redis"):
        assert trails[what].value("logs") == [{"categoryGroup": "allLogs", "enabled": True}], what
    assert trails["data-storage"].value("resourceUri").endswith("/blobServices/default")
    assert {log["category"] for log in trails["monitoring"].value("logs")} >= {"kube-audit-admin", "guard"}


@pytest.mark.requirement("C51")
def test_old_data_is_deleted_automatically(graph: Graph) -> None:
    """Logs, flow log files, files of calls, untagged images, and unused images on nodes have a retention."""
    for workspace in graph.of_type("azure-native:operationalinsights:Workspace"):
        assert workspace.value("retentionInDays") in (30, 90)
    assert graph.one("azure-native:network:FlowLog").value("retentionPolicy") == {"days": 7, "enabled": True}
    policies = graph.of_type("azure-native:storage:ManagementPolicy")
    accounts = {account.value("accountName") for account in graph.of_type("azure-native:storage:StorageAccount")}
    flows = graph.one("azure-native:network:FlowLog").value("storageId").rsplit("/", 1)[-1]
    assert {policy.value("accountName") for policy in policies} == accounts - {flows}
    for policy in policies:
        (rule,) = [rule for rule in policy.value("policy.rules") if "prefixMatch" not in rule["definition"]["filters"]]
        assert rule["enabled"] is True
        assert rule["definition"]["actions"]["baseBlob"]["delete"] == {"daysAfterModificationGreaterThan": 365}
    registry = graph.one("azure-native:containerregistry:Registry")
    assert registry.value("policies.retentionPolicy.status") == "enabled"
    cluster = graph.one("azure-native:containerservice:ManagedCluster")
    assert cluster.value("securityProfile.imageCleaner") == {"enabled": True, "intervalHours": 168}
