"""Requests that Azure accepts and that public programs send. The simulator must accept them as well."""

from __future__ import annotations

from typing import Any

import pytest

from simulator_tests.azure.cluster_setup import SYSTEM_POOL, network
from simulator_tests.azure.harness import GROUP, AzureHarness, Deployed, refused

PRINCIPAL = {"clientId": "3f6a2c1e-5b0d-4c57-9a55-0d2f5d8f1c11", "secret": "only-for-a-test"}


@pytest.fixture
def azure() -> AzureHarness:
    harness = AzureHarness()
    harness.group()
    return harness


def cluster_without_identity(azure: AzureHarness, **changes: Any) -> Deployed:
    inputs = {"resourceGroupName": GROUP, "dnsPrefix": "shop", "agentPoolProfiles": [SYSTEM_POOL], **changes}
    return azure.make("containerservice:ManagedCluster", "aks", **inputs)


def test_a_cluster_can_run_as_a_service_principal(azure: AzureHarness) -> None:
    made = cluster_without_identity(azure, servicePrincipalProfile=PRINCIPAL)
    assert made.outputs["servicePrincipalProfile"] == {"clientId": PRINCIPAL["clientId"]}
    assert "identity" not in made.outputs
    assert azure.diff(made).changed == []


@pytest.mark.parametrize("profile", [None, {"clientId": "msi"}, {"clientId": PRINCIPAL["clientId"]}])
def test_a_cluster_needs_an_identity_or_a_whole_service_principal(
    azure: AzureHarness, profile: dict[str, str] | None
) -> None:
    with refused("InvalidParameter"):
        cluster_without_identity(azure, servicePrincipalProfile=profile)


@pytest.mark.parametrize("plugin", ["kubenet", "none"])
def test_other_network_plugins_are_accepted(azure: AzureHarness, plugin: str) -> None:
    profile = {"networkPlugin": plugin, "podCidr": "10.244.0.0/16"}
    cluster_without_identity(azure, identity={"type": "SystemAssigned"}, networkProfile=profile)
    assert not azure.provider.warnings


def test_a_pod_range_without_overlay_has_no_effect_and_is_a_warning() -> None:
    azure = AzureHarness()
    made = azure.cluster(**network(networkPluginMode=None, podCidr="100.64.0.0/16"))
    assert "podCidr" not in made.outputs["networkProfile"]
    (warning,) = azure.provider.warnings
    assert warning.startswith("podCidr 100.64.0.0/16 of aks-shop has no effect")


def test_a_reference_into_another_subscription_is_not_checked(azure: AzureHarness) -> None:
    target = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/hub/providers/Microsoft.Network"
    subnet = {"id": f"{target}/virtualNetworks/hub/subnets/default"}
    parts = [{"name": "web", "subnet": subnet}]
    azure.make("network:NetworkInterface", "nic", resourceGroupName=GROUP, ipConfigurations=parts)
    (warning,) = azure.provider.warnings
    assert warning.startswith("not checked here: /subscriptions/2222")


def test_application_insights_without_a_workspace_gets_a_managed_one(azure: AzureHarness) -> None:
    made = azure.make(
        "applicationinsights:Component",
        "appi-shop",
        resourceGroupName=GROUP,
        resourceName="appi-shop",
        kind="web",
        applicationType="web",
        ingestionMode="ApplicationInsights",
    )
    assert made.outputs["workspaceResourceId"].endswith("/workspaces/managed-appi-shop-ws")
    assert made.outputs["ingestionMode"] == "LogAnalytics"
    assert azure.diff(made).changed == []
    found = azure.read(made)
    assert found is not None
    assert found[2] == made.inputs


def test_the_id_of_a_cosmos_database_can_lack_the_suffix_of_its_generated_name(azure: AzureHarness) -> None:
    azure.make(
        "cosmosdb:DatabaseAccount",
        "documents",
        resourceGroupName=GROUP,
        accountName="documents",
        databaseAccountOfferType="Standard",
        locations=[{"locationName": "westeurope", "failoverPriority": 0}],
    )
    database = {"resourceGroupName": GROUP, "accountName": "documents", "resource": {"id": "sqldb"}}
    made = azure.make("cosmosdb:SqlResourceSqlDatabase", "sqldb", **database)
    assert made.outputs["name"].startswith("sqldb")
    with refused("BadRequest", "must be the same"):
        azure.make("cosmosdb:SqlResourceSqlDatabase", "other", **database)


def test_a_storage_account_has_the_host_of_its_static_website(azure: AzureHarness) -> None:
    made = azure.make(
        "storage:StorageAccount",
        "stshop",
        resourceGroupName=GROUP,
        accountName="stshop",
        kind="StorageV2",
        sku={"name": "Standard_LRS"},
    )
    assert made.outputs["primaryEndpoints"]["web"] == "https://stshop.z6.web.core.windows.net/"
