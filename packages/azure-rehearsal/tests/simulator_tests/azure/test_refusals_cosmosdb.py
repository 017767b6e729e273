"""Azure's refusals of Cosmos DB accounts, databases, containers and role assignments."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.harness import AzureHarness, Case, refused
from simulator_tests.azure.makers.cosmosdb import cosmos, cosmos_container, cosmos_database, cosmos_role

TWO_REGIONS: Final = [
    {"locationName": "westeurope", "failoverPriority": 0},
    {"locationName": "North Europe", "failoverPriority": 1},
]


def with_account(azure: AzureHarness) -> None:
    azure.group()
    cosmos(azure)


def with_serverless(azure: AzureHarness) -> None:
    azure.group()
    cosmos(azure, serverless=True)


def with_database(azure: AzureHarness) -> None:
    with_account(azure)
    cosmos_database(azure)


def serverless_database(azure: AzureHarness) -> None:
    with_serverless(azure)
    cosmos_database(azure)


CASES: Final = [
    Case(
        "cosmosdb:DatabaseAccount",
        "a name that another account has",
        lambda azure: (azure.group("rg-other"), cosmos(azure, resourceGroupName="rg-other")),
        "DatabaseAccountNameExists",
        ("'cosmos-shop' already exists",),
        setup=with_account,
    ),
    Case(
        "cosmosdb:DatabaseAccount",
        "the same region twice",
        lambda azure: cosmos(azure, locations=[TWO_REGIONS[0], {**TWO_REGIONS[0], "failoverPriority": 1}]),
        "BadRequest",
        ("listed once",),
        setup=AzureHarness.group,
    ),
    Case(
        "cosmosdb:DatabaseAccount",
        "two regions with priority 0",
        lambda azure: cosmos(azure, locations=[{**item, "failoverPriority": 0} for item in TWO_REGIONS]),
        "BadRequest",
        ("[0, 0]", "counting from 0"),
        setup=AzureHarness.group,
    ),
    Case(
        "cosmosdb:DatabaseAccount",
        "serverless in two regions",
        lambda azure: cosmos(azure, serverless=True, locations=TWO_REGIONS),
        "BadRequest",
        ("one region only",),
        setup=AzureHarness.group,
    ),
    Case(
        "cosmosdb:DatabaseAccount",
        "serverless after creation",
        lambda azure: azure.change(azure["cosmos-shop"], capabilities=[{"name": "EnableServerless"}]),
        "BadRequest",
        ("EnableServerless", "cannot be added or removed"),
        setup=with_account,
    ),
    Case(
        "cosmosdb:DatabaseAccount",
        "strong consistency with multiple write regions",
        lambda azure: cosmos(
            azure,
            locations=TWO_REGIONS,
            enableMultipleWriteLocations=True,
            consistencyPolicy={"defaultConsistencyLevel": "Strong"},
        ),
        "BadRequest",
        ("Strong consistency",),
        setup=AzureHarness.group,
    ),
    Case(
        "cosmosdb:DatabaseAccount",
        "a subnet without service endpoint",
        lambda azure: cosmos(azure, virtualNetworkRules=[{"id": azure["snet-nodes"].id}]),
        "SubnetsHaveNoServiceEndpointsConfigured",
        ("Microsoft.AzureCosmosDB",),
        setup=lambda azure: (azure.group(), azure.network(), azure.subnet()),
    ),
    Case(
        "cosmosdb:SqlResourceSqlDatabase",
        "a body with another name",
        lambda azure: cosmos_database(azure, resource={"id": "other"}),
        "BadRequest",
        ("'shop'", "'other'", "must be the same"),
        setup=with_account,
    ),
    Case(
        "cosmosdb:SqlResourceSqlDatabase",
        "a name with a hash",
        lambda azure: cosmos_database(azure, "shop#1"),
        "BadRequest",
        ("shop#1",),
        setup=with_account,
    ),
    Case(
        "cosmosdb:SqlResourceSqlDatabase",
        "shared throughput of a serverless account",
        lambda azure: cosmos_database(azure, options={"throughput": 400}),
        "BadRequest",
        ("not supported for serverless accounts",),
        setup=with_serverless,
    ),
    Case(
        "cosmosdb:SqlResourceSqlContainer",
        "throughput of a serverless account",
        lambda azure: cosmos_container(azure, options={"autoscaleSettings": {"maxThroughput": 1000}}),
        "BadRequest",
        ("not supported for serverless accounts", "remove options"),
        setup=serverless_database,
    ),
    Case(
        "cosmosdb:SqlResourceSqlContainer",
        "fixed and autoscale throughput",
        lambda azure: cosmos_container(
            azure, options={"throughput": 400, "autoscaleSettings": {"maxThroughput": 1000}}
        ),
        "BadRequest",
        ("both throughput and autoscaleSettings",),
        setup=with_database,
    ),
    Case(
        "cosmosdb:SqlResourceSqlContainer",
        "throughput that is not a multiple of 100",
        lambda azure: cosmos_container(azure, options={"throughput": 450}),
        "BadRequest",
        ("450", "steps of 100"),
        setup=with_database,
    ),
    Case(
        "cosmosdb:SqlResourceSqlContainer",
        "a small autoscale limit",
        lambda azure: cosmos_container(azure, options={"autoscaleSettings": {"maxThroughput": 1500}}),
        "BadRequest",
        ("1500", "steps of 1000"),
        setup=with_database,
    ),
    Case(
        "cosmosdb:SqlResourceSqlContainer",
        "a partition key without a slash",
        lambda azure: cosmos_container(azure, resource={"partitionKey": {"paths": ["sessionId"]}}),
        "BadRequest",
        ("beginning with '/'",),
        setup=with_database,
    ),
    Case(
        "cosmosdb:SqlResourceSqlContainer",
        "no partition key",
        lambda azure: cosmos_container(azure, resource={"partitionKey": None}),
        "BadRequest",
        ("partition key",),
        setup=with_database,
    ),
    Case(
        "cosmosdb:SqlResourceSqlContainer",
        "another partition key",
        lambda azure: azure.change(cosmos_container(azure), resource={"partitionKey": {"paths": ["/callId"]}}),
        "BadRequest",
        ("Document collection partition key cannot be changed", "/sessionId", "/callId"),
        setup=with_database,
    ),
    Case(
        "cosmosdb:SqlResourceSqlContainer",
        "unique keys after creation",
        lambda azure: azure.change(
            cosmos_container(azure), resource={"uniqueKeyPolicy": {"uniqueKeys": [{"paths": ["/number"]}]}}
        ),
        "BadRequest",
        ("unique index", "cannot be modified"),
        setup=with_database,
    ),
    Case(
        "cosmosdb:SqlResourceSqlContainer",
        "an expiry of zero",
        lambda azure: cosmos_container(azure, resource={"defaultTtl": 0}),
        "BadRequest",
        ("defaultTtl 0",),
        setup=with_database,
    ),
    Case(
        "cosmosdb:SqlResourceSqlRoleAssignment",
        "an id that is not a GUID",
        lambda azure: cosmos_role(azure, "workers"),
        "BadRequest",
        ("'workers'", "GUID"),
        setup=with_database,
    ),
    Case(
        "cosmosdb:SqlResourceSqlRoleAssignment",
        "a role of Azure's control plane",
        lambda azure: cosmos_role(
            azure,
            roleDefinitionId=f"{azure['cosmos-shop'].id}/sqlRoleDefinitions/5bd9cd88-fe45-4216-938b-f97437e15450",
        ),
        "NotFound",
        ("does not exist", "00000000-0000-0000-0000-000000000002"),
        setup=with_database,
    ),
    Case(
        "cosmosdb:SqlResourceSqlRoleAssignment",
        "a scope outside the account",
        lambda azure: cosmos_role(azure, scope=azure["rg-shop"].id),
        "BadRequest",
        ("is not inside",),
        setup=with_database,
    ),
    Case(
        "cosmosdb:SqlResourceSqlRoleAssignment",
        "the same role assignment twice",
        lambda azure: (cosmos_role(azure), cosmos_role(azure, "88888888-2222-4333-8444-555555555555")),
        "Conflict",
        ("99999999-2222-4333-8444-555555555555",),
        setup=with_database,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)


def test_an_account_writes_in_its_first_region_and_reads_in_all(azure: AzureHarness) -> None:
    azure.group()

    made = cosmos(azure, locations=list(reversed(TWO_REGIONS)))

    assert made["documentEndpoint"] == "https://cosmos-shop.documents.azure.com:443/"
    assert [item["id"] for item in made["writeLocations"]] == ["cosmos-shop-westeurope"]
    assert [item["id"] for item in made["readLocations"]] == ["cosmos-shop-westeurope", "cosmos-shop-northeurope"]


def test_a_hierarchical_partition_key_has_up_to_three_levels(azure: AzureHarness) -> None:
    with_database(azure)

    key = {"kind": "MultiHash", "paths": ["/tenant", "/caller", "/call"], "version": 2}

    assert cosmos_container(azure, resource={"partitionKey": key})["name"] == "sessions"


@pytest.mark.parametrize("change", [{"principalId": "another"}, {"scope": "/elsewhere"}])
def test_changes_that_replace_a_role_assignment(azure: AzureHarness, change: dict[str, str]) -> None:
    with_database(azure)

    assert azure.diff(cosmos_role(azure), **change).replaces == list(change)
