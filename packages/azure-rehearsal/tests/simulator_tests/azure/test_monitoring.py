"""Monitoring resources: outputs, resources that Azure creates with them, settings that survive their resource."""

from __future__ import annotations

import pytest

from simulator_tests.azure.harness import GROUP, AzureHarness, refused
from simulator_tests.azure.makers.keyvault import vault
from simulator_tests.azure.makers.monitor import (
    association,
    collection_endpoint,
    grafana,
    insights,
    log_rule,
    metrics,
    prometheus_rule,
    rule_group,
    setting,
    table,
    workspace,
)
from simulator_tests.azure.makers.storage import account
from simulator_tests.azure.monitoring_setup import with_cluster, with_metrics, with_vault, with_workspace


def test_azure_creates_a_group_with_an_endpoint_and_a_rule_for_a_metrics_workspace(azure: AzureHarness) -> None:
    with_metrics(azure)

    ids = azure["amw-shop"]["defaultIngestionSettings"]

    assert azure.cloud.get(ids["dataCollectionRuleResourceId"]) is not None
    assert azure.cloud.get(ids["dataCollectionEndpointResourceId"]) is not None
    assert association_with_default_rule(azure) is not None


def association_with_default_rule(azure: AzureHarness) -> str:
    target = collection_endpoint(azure)
    rule = azure["amw-shop"]["defaultIngestionSettings"]["dataCollectionRuleResourceId"]
    made = association(azure, target, "metrics", dataCollectionRuleId=rule)
    azure.delete(made)
    return made.id


def test_the_managed_resources_of_a_metrics_workspace_are_deleted_with_it(azure: AzureHarness) -> None:
    with_metrics(azure)

    azure.delete(azure["amw-shop"])

    assert azure.cloud.leftovers() == [azure[GROUP].id]


def test_streams_that_the_sdk_does_not_list_are_accepted(azure: AzureHarness) -> None:
    with_metrics(azure)
    workspace(azure)

    assert prometheus_rule(azure)["immutableId"].startswith("dcr-")
    assert log_rule(azure)["dataFlows"][0]["streams"] == ["Microsoft-ContainerLogV2"]


def test_unknown_values_of_closed_enums_are_refused(azure: AzureHarness) -> None:
    with_metrics(azure)

    with refused("InvalidParameter", "'Solaris'"):
        prometheus_rule(azure, kind="Solaris")


def test_an_association_is_deleted_with_its_resource(azure: AzureHarness) -> None:
    with_cluster(azure)
    association(azure, azure["aks"], dataCollectionRuleId=azure["dcr-logs"].id)

    azure.delete(azure["aks"])
    azure.delete(azure["dcr-logs"])

    assert not [id for id in azure.cloud.leftovers() if "dataCollectionRule" in id]


def test_a_custom_table_can_keep_data_longer_than_its_workspace(azure: AzureHarness) -> None:
    with_workspace(azure)

    made = table(azure, retentionInDays=90, totalRetentionInDays=365)

    assert made["archiveRetentionInDays"] == 275
    assert table(azure, "Calls_CL")["retentionInDays"] == 30


def test_application_insights_has_a_connection_string(azure: AzureHarness) -> None:
    with_workspace(azure)

    made = insights(azure)

    assert made["connectionString"].startswith(
        f"InstrumentationKey={made['instrumentationKey']};IngestionEndpoint=https://"
    )


def test_the_identity_of_grafana_can_get_roles(azure: AzureHarness) -> None:
    with_metrics(azure)
    made = grafana(azure)

    role = azure.role(made["identity"]["principalId"], "Monitoring Data Reader", azure["amw-shop"].id)

    assert role["principalType"] == "ServicePrincipal"
    assert made["properties"]["endpoint"].startswith("https://amg-shop-")


def test_a_system_assigned_identity_is_deleted_with_its_resource(azure: AzureHarness) -> None:
    with_metrics(azure)
    made = grafana(azure)
    azure.delete(made)

    with refused("PrincipalNotFound"):
        azure.role(made["identity"]["principalId"], "Monitoring Data Reader", azure["amw-shop"].id)


def test_a_rule_group_can_have_a_workspace_and_a_cluster_as_scopes(azure: AzureHarness) -> None:
    with_cluster(azure)
    metrics(azure)

    assert rule_group(azure, scopes=[azure["amw-shop"].id, azure["aks"].id])["interval"] == "PT1M"


# Diagnostic settings


def test_a_setting_survives_its_resource_and_conflicts_with_the_next_one_of_that_name(azure: AzureHarness) -> None:
    with_vault(azure)
    made = setting(azure, azure["kv-shop"].id)

    azure.delete(azure["kv-shop"])

    assert made.id in azure.cloud.leftovers()
    vault(azure, createMode="recover")
    with refused("ResourceAlreadyExists", "diagnosticSettings/to-workspace"):
        setting(azure, azure["kv-shop"].id)
    with refused("Conflict", "left from a deleted resource of the same name"):
        setting(azure, azure["kv-shop"].id, "another")


def test_a_setting_survives_the_group_of_its_resource(azure: AzureHarness) -> None:
    with_vault(azure)
    made = setting(azure, azure["kv-shop"].id)

    azure.delete(azure[GROUP])

    assert azure.cloud.leftovers() == [made.id]


def test_a_setting_without_its_resource_can_be_deleted(azure: AzureHarness) -> None:
    with_vault(azure)
    made = setting(azure, azure["kv-shop"].id)
    azure.delete(azure["kv-shop"])

    azure.delete(made)

    assert made.id not in azure.cloud.leftovers()


def test_a_setting_deleted_before_its_resource_leaves_nothing(azure: AzureHarness) -> None:
    with_vault(azure)
    azure.delete(setting(azure, azure["kv-shop"].id))

    azure.delete(azure["kv-shop"])

    assert not [id for id in azure.cloud.leftovers() if "diagnosticSettings" in id]


def test_two_settings_can_share_a_workspace_with_different_categories(azure: AzureHarness) -> None:
    with_vault(azure)
    setting(azure, azure["kv-shop"].id, logs=[{"category": "AuditEvent", "enabled": True}])

    made = setting(
        azure, azure["kv-shop"].id, "metrics", logs=None, metrics=[{"category": "AllMetrics", "enabled": True}]
    )

    assert made["name"] == "metrics"


def test_the_same_categories_can_go_to_two_workspaces(azure: AzureHarness) -> None:
    with_vault(azure)
    setting(azure, azure["kv-shop"].id)

    assert setting(azure, azure["kv-shop"].id, "second", workspaceId=workspace(azure, "log-two").id)["name"] == "second"


@pytest.mark.parametrize("service", ["blobServices/default", ""])
def test_an_account_and_its_blob_service_have_separate_settings(azure: AzureHarness, service: str) -> None:
    with_workspace(azure)
    target = account(azure).id

    made = setting(
        azure,
        f"{target}/{service}".rstrip("/"),
        logs=[{"categoryGroup": "allLogs", "enabled": True}] if service else None,
        metrics=[{"category": "Transaction", "enabled": True}],
    )

    assert made.id.startswith(target)


def test_activity_logs_of_the_subscription_can_be_sent(azure: AzureHarness) -> None:
    with_workspace(azure)

    made = setting(azure, azure.client.subscription, logs=[{"category": "Administrative", "enabled": True}])

    assert made.id == f"{azure.client.subscription}/providers/Microsoft.Insights/diagnosticSettings/to-workspace"
