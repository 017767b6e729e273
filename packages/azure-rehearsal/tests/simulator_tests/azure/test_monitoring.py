"""What monitoring resources show, what Azure makes with them, and what outlives its resource."""

from __future__ import annotations

import pytest

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
from simulator_tests.azure.monitoring_setup import cluster_given, metrics_given, vault_given, workspace_given
from simulator_tests.azure.world import GROUP, World, refused


def test_a_metrics_workspace_brings_a_group_with_an_endpoint_and_a_rule(world: World) -> None:
    metrics_given(world)

    ids = world["amw-voice"]["defaultIngestionSettings"]

    assert world.cloud.get(ids["dataCollectionRuleResourceId"]) is not None
    assert world.cloud.get(ids["dataCollectionEndpointResourceId"]) is not None
    assert association_with_default_rule(world) is not None


def association_with_default_rule(world: World) -> str:
    target = collection_endpoint(world)
    rule = world["amw-voice"]["defaultIngestionSettings"]["dataCollectionRuleResourceId"]
    made = association(world, target, "metrics", dataCollectionRuleId=rule)
    world.delete(made)
    return made.id


def test_a_metrics_workspace_takes_along_what_it_brought(world: World) -> None:
    metrics_given(world)

    world.delete(world["amw-voice"])

    assert world.cloud.leftovers() == [world[GROUP].id]


def test_streams_that_the_sdk_does_not_list_are_taken(world: World) -> None:
    metrics_given(world)
    workspace(world)

    assert prometheus_rule(world)["immutableId"].startswith("dcr-")
    assert log_rule(world)["dataFlows"][0]["streams"] == ["Microsoft-ContainerLogV2"]


def test_other_values_outside_an_enumeration_are_still_refused(world: World) -> None:
    metrics_given(world)

    with refused("InvalidParameter", "'Solaris'"):
        prometheus_rule(world, kind="Solaris")


def test_an_association_goes_with_its_resource(world: World) -> None:
    cluster_given(world)
    association(world, world["aks"], dataCollectionRuleId=world["dcr-logs"].id)

    world.delete(world["aks"])
    world.delete(world["dcr-logs"])

    assert not [id for id in world.cloud.leftovers() if "dataCollectionRule" in id]


def test_an_own_table_keeps_data_longer_than_its_workspace(world: World) -> None:
    workspace_given(world)

    made = table(world, retentionInDays=90, totalRetentionInDays=365)

    assert made["archiveRetentionInDays"] == 275
    assert table(world, "Calls_CL")["retentionInDays"] == 30


def test_insights_tell_how_to_connect(world: World) -> None:
    workspace_given(world)

    made = insights(world)

    assert made["connectionString"].startswith(
        f"InstrumentationKey={made['instrumentationKey']};IngestionEndpoint=https://"
    )


def test_grafana_has_an_identity_that_can_be_given_roles(world: World) -> None:
    metrics_given(world)
    made = grafana(world)

    role = world.role(made["identity"]["principalId"], "Monitoring Data Reader", world["amw-voice"].id)

    assert role["principalType"] == "ServicePrincipal"
    assert made["properties"]["endpoint"].startswith("https://amg-voice-")


def test_an_identity_goes_with_its_resource(world: World) -> None:
    metrics_given(world)
    made = grafana(world)
    world.delete(made)

    with refused("PrincipalNotFound"):
        world.role(made["identity"]["principalId"], "Monitoring Data Reader", world["amw-voice"].id)


def test_a_rule_group_watches_a_workspace_and_a_cluster(world: World) -> None:
    cluster_given(world)
    metrics(world)

    assert rule_group(world, scopes=[world["amw-voice"].id, world["aks"].id])["interval"] == "PT1M"


# Diagnostic settings


def test_a_setting_outlives_its_resource_and_is_found_by_the_next_one_of_that_name(world: World) -> None:
    vault_given(world)
    made = setting(world, world["kv-voice"].id)

    world.delete(world["kv-voice"])

    assert made.id in world.cloud.leftovers()
    vault(world, createMode="recover")
    with refused("ResourceAlreadyExists", "diagnosticSettings/to-workspace"):
        setting(world, world["kv-voice"].id)
    with refused("Conflict", "left from a deleted resource of the same name"):
        setting(world, world["kv-voice"].id, "another")


def test_a_setting_outlives_the_group_of_its_resource(world: World) -> None:
    vault_given(world)
    made = setting(world, world["kv-voice"].id)

    world.delete(world[GROUP])

    assert world.cloud.leftovers() == [made.id]


def test_a_setting_that_outlived_its_resource_can_be_deleted(world: World) -> None:
    vault_given(world)
    made = setting(world, world["kv-voice"].id)
    world.delete(world["kv-voice"])

    world.delete(made)

    assert made.id not in world.cloud.leftovers()


def test_a_setting_that_is_deleted_first_leaves_nothing(world: World) -> None:
    vault_given(world)
    world.delete(setting(world, world["kv-voice"].id))

    world.delete(world["kv-voice"])

    assert not [id for id in world.cloud.leftovers() if "diagnosticSettings" in id]


def test_two_settings_may_share_a_workspace_with_different_categories(world: World) -> None:
    vault_given(world)
    setting(world, world["kv-voice"].id, logs=[{"category": "AuditEvent", "enabled": True}])

    made = setting(
        world, world["kv-voice"].id, "metrics", logs=None, metrics=[{"category": "AllMetrics", "enabled": True}]
    )

    assert made["name"] == "metrics"


def test_the_same_categories_may_go_to_two_workspaces(world: World) -> None:
    vault_given(world)
    setting(world, world["kv-voice"].id)

    assert (
        setting(world, world["kv-voice"].id, "second", workspaceId=workspace(world, "log-two").id)["name"] == "second"
    )


@pytest.mark.parametrize("service", ["blobServices/default", ""])
def test_an_account_and_its_blob_service_have_settings_of_their_own(world: World, service: str) -> None:
    workspace_given(world)
    target = account(world).id

    made = setting(
        world,
        f"{target}/{service}".rstrip("/"),
        logs=[{"categoryGroup": "allLogs", "enabled": True}] if service else None,
        metrics=[{"category": "Transaction", "enabled": True}],
    )

    assert made.id.startswith(target)


def test_activity_logs_of_the_subscription_can_be_sent(world: World) -> None:
    workspace_given(world)

    made = setting(world, world.client.subscription, logs=[{"category": "Administrative", "enabled": True}])

    assert made.id == f"{world.client.subscription}/providers/Microsoft.Insights/diagnosticSettings/to-workspace"
