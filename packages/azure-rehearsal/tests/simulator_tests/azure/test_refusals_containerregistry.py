"""Azure's refusals of registries and replications; their outputs."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.harness import LOCATION, AzureHarness, Case, refused
from simulator_tests.azure.makers.containerregistry import cache_rule, registry, replication
from simulator_tests.azure.makers.private_endpoints import endpoint_subnet, private_endpoint


def with_registry(azure: AzureHarness) -> None:
    azure.group()
    registry(azure)


def registry_with_endpoint(azure: AzureHarness) -> None:
    with_registry(azure)
    azure.network()
    endpoint_subnet(azure)
    private_endpoint(azure, azure["acrshop"], "registry")


CASES: Final = [
    Case(
        "containerregistry:Registry",
        "a name that another registry has",
        lambda azure: (azure.group("rg-other"), registry(azure, "ACRshop", resourceGroupName="rg-other")),
        "AlreadyInUse",
        ("acrshop.azurecr.io is already in use",),
        setup=with_registry,
    ),
    Case(
        "containerregistry:Registry",
        "retention outside Premium",
        lambda azure: registry(azure, sku={"name": "Standard"}, policies={"retentionPolicy": {"status": "enabled"}}),
        "InvalidSku",
        ("retentionPolicy", "only supported for managed registries in Premium SKU", "use sku Premium"),
        setup=AzureHarness.group,
    ),
    Case(
        "containerregistry:Registry",
        "no public access outside Premium",
        lambda azure: registry(azure, sku={"name": "Basic"}, publicNetworkAccess="Disabled"),
        "InvalidSku",
        ("publicNetworkAccess 'Disabled'",),
        setup=AzureHarness.group,
    ),
    Case(
        "containerregistry:Registry",
        "retention of more than a year",
        lambda azure: registry(azure, policies={"retentionPolicy": {"status": "enabled", "days": 400}}),
        "InvalidPolicy",
        ("400 days", "0 to 365"),
        setup=AzureHarness.group,
    ),
    Case(
        "containerregistry:Registry",
        "disabled export of a public registry",
        lambda azure: registry(azure, policies={"exportPolicy": {"status": "disabled"}}),
        "ExportPolicyNotSupported",
        ("public network access",),
        setup=AzureHarness.group,
    ),
    Case(
        "containerregistry:Registry",
        "a private address in its network rules",
        lambda azure: registry(
            azure,
            networkRuleSet={
                "defaultAction": "Deny",
                "ipRules": [{"iPAddressOrRange": "10.0.0.0/8", "action": "Allow"}],
            },
        ),
        "InvalidNetworkRule",
        ("10.0.0.0/8", "not a public IPv4 address"),
        setup=AzureHarness.group,
    ),
    Case(
        "containerregistry:Registry",
        "a smaller SKU while it has replications",
        lambda azure: (replication(azure), azure.change(azure["acrshop"], sku={"name": "Standard"})),
        "InvalidSku",
        ("replications/northeurope",),
        setup=with_registry,
    ),
    Case(
        "containerregistry:Registry",
        "a smaller SKU while it has private endpoints",
        lambda azure: azure.change(azure["acrshop"], sku={"name": "Standard"}),
        "InvalidSku",
        ("privateEndpoints/pe-shop",),
        setup=registry_with_endpoint,
    ),
    Case(
        "containerregistry:Replication",
        "a registry that is not Premium",
        lambda azure: (azure.group(), registry(azure, sku={"name": "Standard"}), replication(azure)),
        "InvalidSku",
        ("geo-replication is only supported", "'Standard'"),
    ),
    Case(
        "containerregistry:Replication",
        "the registry's own region",
        lambda azure: replication(azure, LOCATION),
        "ReplicationAlreadyExists",
        ("home region", LOCATION),
        setup=with_registry,
    ),
    Case(
        "containerregistry:Replication",
        "a region with a replication",
        lambda azure: (replication(azure), replication(azure, replicationName="second")),
        "ReplicationAlreadyExists",
        ("northeurope",),
        setup=with_registry,
    ),
    Case(
        "containerregistry:Replication",
        "another zone redundancy",
        lambda azure: azure.change(replication(azure), zoneRedundancy="Enabled"),
        "PropertyChangeNotAllowed",
        ("zoneRedundancy",),
        setup=with_registry,
    ),
    Case(
        "containerregistry:CacheRule",
        "a source without a registry",
        lambda azure: cache_rule(azure, sourceRepository="grafana/*"),
        "InvalidSourceRepository",
        ("supported upstream registry",),
        setup=with_registry,
    ),
    Case(
        "containerregistry:CacheRule",
        "a wildcard on one side",
        lambda azure: cache_rule(azure, targetRepository="grafana"),
        "InvalidCacheRule",
        ("a wildcard in only one",),
        setup=with_registry,
    ),
    Case(
        "containerregistry:CacheRule",
        "the target of another rule",
        lambda azure: (cache_rule(azure), cache_rule(azure, "another-rule")),
        "CacheRuleAlreadyExists",
        ("docker-hub-grafana",),
        setup=with_registry,
    ),
    Case(
        "containerregistry:CacheRule",
        "another source",
        lambda azure: azure.change(cache_rule(azure), sourceRepository="docker.io/other/*"),
        "PropertyChangeNotAllowed",
        ("sourceRepository",),
        setup=with_registry,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)


def test_an_admin_user_is_accepted(azure: AzureHarness) -> None:
    azure.group()

    assert registry(azure, adminUserEnabled=True)["adminUserEnabled"] is True


def test_a_registry_has_a_login_server_and_one_data_endpoint_per_region(azure: AzureHarness) -> None:
    azure.group()
    made = registry(azure, dataEndpointEnabled=True)
    replication(azure)

    live = azure.invoke("containerregistry:getRegistry", resourceGroupName="rg-shop", registryName="acrshop")

    assert made["loginServer"] == "acrshop.azurecr.io"
    assert live["dataEndpointHostNames"] == [
        "acrshop.westeurope.data.azurecr.io",
        "acrshop.northeurope.data.azurecr.io",
    ]


@pytest.mark.parametrize("name", ["acr", "acr-shop", "a" * 51])
def test_check_refuses_an_invalid_registry_name(azure: AzureHarness, name: str) -> None:
    azure.group()

    _, failures = azure.check(
        "containerregistry:Registry", "acr", resourceGroupName="rg-shop", registryName=name, sku={"name": "Premium"}
    )

    assert "registryName" in failures[0].reason


def test_another_location_replaces_a_registry(azure: AzureHarness) -> None:
    with_registry(azure)

    assert azure.diff(azure["acrshop"], location="northeurope").replaces == ["location"]
