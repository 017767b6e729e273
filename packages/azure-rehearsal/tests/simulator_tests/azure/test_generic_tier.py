"""Types and functions without rules: what the generic tier refuses, accepts, returns and warns about."""

from __future__ import annotations

from typing import Any

import pytest

from azure_rehearsal.azure.core import arm_ids, type_registry
from azure_rehearsal.azure.generic import arm_types
from azure_rehearsal.protocol.values import UNKNOWN
from simulator_tests.azure.harness import GROUP, AzureHarness, Deployed, refused
from simulator_tests.azure.makers.storage import account, blob, website

SUBSCRIPTION = "/subscriptions/00000000-0000-4000-8000-000000000001"
NETWORK_PARTS = f"{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Network"


@pytest.fixture
def azure() -> AzureHarness:
    harness = AzureHarness()
    harness.group()
    return harness


def namespace(azure: AzureHarness, **changes: Any) -> Deployed:
    inputs = {"resourceGroupName": GROUP, "namespaceName": "sb-shop", "sku": {"name": "Standard", "tier": "Standard"}}
    return azure.make("servicebus:Namespace", "sb", **inputs | changes)


def queue(azure: AzureHarness, **changes: Any) -> Deployed:
    inputs = {"resourceGroupName": GROUP, "namespaceName": "sb-shop", "queueName": "orders"}
    return azure.make("servicebus:Queue", "orders", **inputs | changes)


def test_a_type_without_rules_has_the_id_and_the_outputs_of_arm(azure: AzureHarness) -> None:
    made = namespace(azure, location="West Europe", tags={"team": "shop"})
    assert made.id == f"{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.ServiceBus/namespaces/sb-shop"
    assert made.outputs["name"] == "sb-shop"
    assert made.outputs["type"] == "Microsoft.ServiceBus/namespaces"
    assert made.outputs["location"] == "westeurope"
    assert made.outputs["provisioningState"] == "Succeeded"
    assert made.outputs["tags"] == {"team": "shop"}
    assert made.outputs["serviceBusEndpoint"] == "https://sb-shop.servicebus.windows.net:443/"


def test_a_name_is_generated_if_it_is_missing(azure: AzureHarness) -> None:
    checked, failures = azure.check("servicebus:Namespace", "sb", resourceGroupName=GROUP)
    assert not failures
    assert checked["namespaceName"].startswith("sb")
    assert len(checked["namespaceName"]) == len("sb") + 8


def test_a_system_assigned_identity_has_a_principal_that_roles_accept(azure: AzureHarness) -> None:
    made = namespace(azure, identity={"type": "SystemAssigned"})
    principal = made.outputs["identity"]["principalId"]
    azure.make(
        "authorization:RoleAssignment",
        "role",
        principalId=principal,
        principalType="ServicePrincipal",
        scope=azure[GROUP].id,
        roleDefinitionId="/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c",
    )


def test_missing_mistyped_and_limited_values_fail_the_check(azure: AzureHarness) -> None:
    _, missing = azure.check("servicebus:Queue", "orders", resourceGroupName=GROUP)
    assert [failure.reason for failure in missing] == ["missing required property 'namespaceName'"]
    given = {"resourceGroupName": GROUP, "namespaceName": "sb-shop", "queueName": ""}
    _, limited = azure.check("servicebus:Queue", "orders", **given, maxSizeInMegabytes="large")
    assert sorted(failure.reason for failure in limited) == [
        "'maxSizeInMegabytes' should be of type 'integer' but got a string",
        "'queueName' is too short (0): at least 1 characters required",
    ]


def test_a_pattern_of_the_api_fails_the_check(azure: AzureHarness) -> None:
    _, failures = azure.check("storage:Table", "t", resourceGroupName=GROUP, accountName="stshop", tableName="1-a")
    assert "does not match expression" in failures[0].reason


def test_unknown_values_pass_the_check(azure: AzureHarness) -> None:
    unknown = {"sku": UNKNOWN, "minimumTlsVersion": UNKNOWN, "privateEndpointConnections": UNKNOWN}
    _, failures = azure.check("servicebus:Namespace", "sb", resourceGroupName=UNKNOWN, **unknown)
    assert not failures
    assert not azure.provider.warnings


def test_a_missing_parent_is_refused(azure: AzureHarness) -> None:
    with refused("ParentResourceNotFound", "namespaces/sb-shop"):
        queue(azure)


def test_a_value_outside_a_closed_enum_is_refused(azure: AzureHarness) -> None:
    namespace(azure)
    with refused("InvalidParameter", "'Sleeping'", "'Active'"):
        queue(azure, status="Sleeping")


def test_a_value_outside_an_open_enum_is_a_warning_of_the_rehearsal(azure: AzureHarness) -> None:
    namespace(azure, minimumTlsVersion="1.9")
    (warning,) = azure.provider.warnings
    assert warning.startswith("not known here: properties.minimumTlsVersion of azure-native:servicebus:Namespace")
    assert "'1.9'" in warning


def test_references_must_exist_if_their_type_is_simulated(azure: AzureHarness) -> None:
    def interface(target: str) -> Deployed:
        parts = [{"name": "web", "subnet": {"id": target}}]
        return azure.make("network:NetworkInterface", "nic", resourceGroupName=GROUP, ipConfigurations=parts)

    with refused("InvalidResourceReference", "virtualNetworks/nowhere"):
        interface(f"{NETWORK_PARTS}/virtualNetworks/nowhere/subnets/default")
    with refused("InvalidResourceReference", "loadBalancers/nowhere"):
        interface(f"{NETWORK_PARTS}/loadBalancers/nowhere/backendAddressPools/web")


def test_parts_of_a_resource_and_kinds_outside_the_sdk_can_be_referenced(azure: AzureHarness) -> None:
    own = f"{NETWORK_PARTS}/loadBalancers/web"
    azure.make(
        "network:LoadBalancer",
        "web",
        resourceGroupName=GROUP,
        loadBalancerName="web",
        frontendIPConfigurations=[{"name": "front"}],
        probes=[{"name": "http", "port": 80, "protocol": "Http", "requestPath": "/"}],
        loadBalancingRules=[
            {
                "name": "http",
                "protocol": "Tcp",
                "frontendPort": 80,
                "frontendIPConfiguration": {"id": f"{own}/frontendIPConfigurations/front"},
            }
        ],
    )
    parts = [{"name": "web", "loadBalancerBackendAddressPools": [{"id": f"{own}/backendAddressPools/web"}]}]
    azure.make("network:NetworkInterface", "nic", resourceGroupName=GROUP, ipConfigurations=parts)
    api = f"{SUBSCRIPTION}/providers/Microsoft.Web/locations/westeurope/managedApis/documentdb"
    azure.make("web:Connection", "api", resourceGroupName=GROUP, properties={"api": {"id": api}})


def test_nested_items_have_ids(azure: AzureHarness) -> None:
    made = azure.make(
        "network:LoadBalancer",
        "web",
        resourceGroupName=GROUP,
        loadBalancerName="web",
        frontendIPConfigurations=[{"name": "front"}],
    )
    (front,) = made.outputs["frontendIPConfigurations"]
    assert front["id"] == f"{made.id}/frontendIPConfigurations/front"


def test_an_unchanged_resource_has_no_difference_and_a_refresh_adds_no_input(azure: AzureHarness) -> None:
    made = namespace(azure)
    assert azure.diff(made).changed == []
    found = azure.read(made)
    assert found is not None
    assert found[1] == made.outputs
    assert found[2] == made.inputs


def test_another_location_replaces_and_other_changes_do_not(azure: AzureHarness) -> None:
    made = namespace(azure)
    assert azure.diff(made, location="northeurope").replaces == ["location"]
    difference = azure.diff(made, sku={"name": "Premium", "tier": "Premium"})
    assert difference.changed == ["sku.name", "sku.tier"]
    assert difference.replaces == []


def test_keys_are_listed_for_an_existing_resource_only(azure: AzureHarness) -> None:
    arguments = {"resourceGroupName": GROUP, "namespaceName": "sb-shop", "authorizationRuleName": "send"}
    with refused("ResourceNotFound", "namespaces/sb-shop"):
        azure.invoke("servicebus:listNamespaceKeys", **arguments)
    namespace(azure)
    keys = azure.invoke("servicebus:listNamespaceKeys", **arguments)
    assert keys["primaryKey"] != keys["secondaryKey"]
    assert keys["primaryKey"] == azure.invoke("servicebus:listNamespaceKeys", **arguments)["primaryKey"]
    assert "SharedAccessKey=" in keys["primaryConnectionString"]


def test_app_settings_are_read_back(azure: AzureHarness) -> None:
    settings = [{"name": "RUNTIME", "value": "python"}]
    azure.make("web:WebApp", "app", resourceGroupName=GROUP, name="app", siteConfig={"appSettings": settings})
    found = azure.invoke("web:listWebAppApplicationSettings", resourceGroupName=GROUP, name="app")
    assert found["properties"] == {"RUNTIME": "python"}


def test_functions_outside_the_sdk_are_refused(azure: AzureHarness) -> None:
    with refused("UnknownFunction", "listNothing"):
        azure.invoke("web:listNothing")


def test_a_static_website_has_its_container_and_blobs_an_address(azure: AzureHarness) -> None:
    account(azure)
    made = website(azure)
    assert made.outputs["containerName"] == "$web"
    page = blob(azure, containerName="$web")
    assert page.outputs["url"] == "https://stshop.blob.core.windows.net/$web/index.html"


def test_every_type_of_the_extract_has_a_path_of_its_own() -> None:
    entries = arm_types.extract()
    paths = [arm_ids.key(entry["path"]) for entry in entries.values()]
    assert len(entries) > 1000
    assert len(set(paths)) == len(paths)
    assert not entries.keys() & type_registry.types().keys(), "types with rules do not need the extract"


@pytest.mark.parametrize("token", ["servicebus:DefaultRule", "kubernetesconfiguration:Extension", "web:AiGateway"])
def test_a_type_outside_the_extract_has_a_path_from_its_sdk_names(token: str) -> None:
    type = type_registry.arm_type(f"azure-native:{token}")
    values = dict.fromkeys(arm_ids.parameters(type.path), "x")
    assert arm_ids.match(type.path, arm_ids.fill(type.path, values)) == values
