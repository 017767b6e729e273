"""What Azure refuses of Cosmos DB accounts and what is in them, in its own words."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.makers.cosmosdb import cosmos, cosmos_container, cosmos_database, cosmos_role
from simulator_tests.azure.world import Case, World, refused

TWO_REGIONS: Final = [
    {"locationName": "westeurope", "failoverPriority": 0},
    {"locationName": "North Europe", "failoverPriority": 1},
]


def account_given(world: World) -> None:
    world.group()
    cosmos(world)


def serverless_given(world: World) -> None:
    world.group()
    cosmos(world, serverless=True)


def database_given(world: World) -> None:
    account_given(world)
    cosmos_database(world)


def serverless_database(world: World) -> None:
    serverless_given(world)
    cosmos_database(world)


CASES: Final = [
    Case(
        "cosmosdb:DatabaseAccount",
        "a name that another account has",
        lambda world: (world.group("rg-other"), cosmos(world, resourceGroupName="rg-other")),
        "DatabaseAccountNameExists",
        ("'cosmos-voice' already exists",),
        given=account_given,
    ),
    Case(
        "cosmosdb:DatabaseAccount",
        "one region twice",
        lambda world: cosmos(world, locations=[TWO_REGIONS[0], {**TWO_REGIONS[0], "failoverPriority": 1}]),
        "BadRequest",
        ("listed once",),
        given=World.group,
    ),
    Case(
        "cosmosdb:DatabaseAccount",
        "two first regions",
        lambda world: cosmos(world, locations=[{**item, "failoverPriority": 0} for item in TWO_REGIONS]),
        "BadRequest",
        ("[0, 0]", "counting from 0"),
        given=World.group,
    ),
    Case(
        "cosmosdb:DatabaseAccount",
        "a region that there is not",
        lambda world: cosmos(world, locations=[{"locationName": "atlantis", "failoverPriority": 0}]),
        "BadRequest",
        ("atlantis",),
        given=World.group,
    ),
    Case(
        "cosmosdb:DatabaseAccount",
        "zones in a region without",
        lambda world: cosmos(
            world, locations=[{"locationName": "ukwest", "failoverPriority": 0, "isZoneRedundant": True}]
        ),
        "BadRequest",
        ("ukwest", "Zone redundancy"),
        given=World.group,
    ),
    Case(
        "cosmosdb:DatabaseAccount",
        "serverless in two regions",
        lambda world: cosmos(world, serverless=True, locations=TWO_REGIONS),
        "BadRequest",
        ("one region only",),
        given=World.group,
    ),
    Case(
        "cosmosdb:DatabaseAccount",
        "serverless afterwards",
        lambda world: world.change(world["cosmos-voice"], capabilities=[{"name": "EnableServerless"}]),
        "BadRequest",
        ("EnableServerless", "cannot be added or removed"),
        given=account_given,
    ),
    Case(
        "cosmosdb:DatabaseAccount",
        "strong consistency with many writers",
        lambda world: cosmos(
            world,
            locations=TWO_REGIONS,
            enableMultipleWriteLocations=True,
            consistencyPolicy={"defaultConsistencyLevel": "Strong"},
        ),
        "BadRequest",
        ("Strong consistency",),
        given=World.group,
    ),
    Case(
        "cosmosdb:DatabaseAccount",
        "a subnet without service endpoint",
        lambda world: cosmos(world, virtualNetworkRules=[{"id": world["snet-nodes"].id}]),
        "SubnetsHaveNoServiceEndpointsConfigured",
        ("Microsoft.AzureCosmosDB",),
        given=lambda world: (world.group(), world.network(), world.subnet()),
    ),
    Case(
        "cosmosdb:SqlResourceSqlDatabase",
        "a body for another name",
        lambda world: cosmos_database(world, resource={"id": "other"}),
        "BadRequest",
        ("'voice'", "'other'", "must be the same"),
        given=account_given,
    ),
    Case(
        "cosmosdb:SqlResourceSqlDatabase",
        "a name with a hash",
        lambda world: cosmos_database(world, "voice#1"),
        "BadRequest",
        ("voice#1",),
        given=account_given,
    ),
    Case(
        "cosmosdb:SqlResourceSqlDatabase",
        "shared throughput of a serverless account",
        lambda world: cosmos_database(world, options={"throughput": 400}),
        "BadRequest",
        ("not supported for serverless accounts",),
        given=serverless_given,
    ),
    Case(
        "cosmosdb:SqlResourceSqlContainer",
        "throughput of a serverless account",
        lambda world: cosmos_container(world, options={"autoscaleSettings": {"maxThroughput": 1000}}),
        "BadRequest",
        ("not supported for serverless accounts", "remove options"),
        given=serverless_database,
    ),
    Case(
        "cosmosdb:SqlResourceSqlContainer",
        "fixed and growing throughput",
        lambda world: cosmos_container(
            world, options={"throughput": 400, "autoscaleSettings": {"maxThroughput": 1000}}
        ),
        "BadRequest",
        ("both throughput and autoscaleSettings",),
        given=database_given,
    ),
    Case(
        "cosmosdb:SqlResourceSqlContainer",
        "throughput between two steps",
        lambda world: cosmos_container(world, options={"throughput": 450}),
        "BadRequest",
        ("450", "steps of 100"),
        given=database_given,
    ),
    Case(
        "cosmosdb:SqlResourceSqlContainer",
        "a small autoscale limit",
        lambda world: cosmos_container(world, options={"autoscaleSettings": {"maxThroughput": 1500}}),
        "BadRequest",
        ("1500", "steps of 1000"),
        given=database_given,
    ),
    Case(
        "cosmosdb:SqlResourceSqlContainer",
        "a partition key without a slash",
        lambda world: cosmos_container(world, resource={"partitionKey": {"paths": ["sessionId"]}}),
        "BadRequest",
        ("beginning with '/'",),
        given=database_given,
    ),
    Case(
        "cosmosdb:SqlResourceSqlContainer",
        "no partition key",
        lambda world: cosmos_container(world, resource={"partitionKey": None}),
        "BadRequest",
        ("partition key",),
        given=database_given,
    ),
    Case(
        "cosmosdb:SqlResourceSqlContainer",
        "another partition key",
        lambda world: world.change(cosmos_container(world), resource={"partitionKey": {"paths": ["/callId"]}}),
        "BadRequest",
        ("Document collection partition key cannot be changed", "/sessionId", "/callId"),
        given=database_given,
    ),
    Case(
        "cosmosdb:SqlResourceSqlContainer",
        "unique keys afterwards",
        lambda world: world.change(
            cosmos_container(world), resource={"uniqueKeyPolicy": {"uniqueKeys": [{"paths": ["/number"]}]}}
        ),
        "BadRequest",
        ("unique index", "cannot be modified"),
        given=database_given,
    ),
    Case(
        "cosmosdb:SqlResourceSqlContainer",
        "items that expire at once",
        lambda world: cosmos_container(world, resource={"defaultTtl": 0}),
        "BadRequest",
        ("defaultTtl 0",),
        given=database_given,
    ),
    Case(
        "cosmosdb:SqlResourceSqlRoleAssignment",
        "an id that is no GUID",
        lambda world: cosmos_role(world, "agents"),
        "BadRequest",
        ("'agents'", "GUID"),
        given=database_given,
    ),
    Case(
        "cosmosdb:SqlResourceSqlRoleAssignment",
        "a role of Azure's control plane",
        lambda world: cosmos_role(
            world,
            roleDefinitionId=f"{world['cosmos-voice'].id}/sqlRoleDefinitions/5bd9cd88-fe45-4216-938b-f97437e15450",
        ),
        "NotFound",
        ("does not exist", "00000000-0000-0000-0000-000000000002"),
        given=database_given,
    ),
    Case(
        "cosmosdb:SqlResourceSqlRoleAssignment",
        "a scope outside the account",
        lambda world: cosmos_role(world, scope=world["rg-voice"].id),
        "BadRequest",
        ("is not inside",),
        given=database_given,
    ),
    Case(
        "cosmosdb:SqlResourceSqlRoleAssignment",
        "the same role once more",
        lambda world: (cosmos_role(world), cosmos_role(world, "88888888-2222-4333-8444-555555555555")),
        "Conflict",
        ("99999999-2222-4333-8444-555555555555",),
        given=database_given,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)


def test_an_account_writes_in_its_first_region_and_reads_in_all(world: World) -> None:
    world.group()

    made = cosmos(world, locations=list(reversed(TWO_REGIONS)))

    assert made["documentEndpoint"] == "https://cosmos-voice.documents.azure.com:443/"
    assert [item["id"] for item in made["writeLocations"]] == ["cosmos-voice-westeurope"]
    assert [item["id"] for item in made["readLocations"]] == ["cosmos-voice-westeurope", "cosmos-voice-northeurope"]


def test_a_hierarchical_partition_key_has_up_to_three_levels(world: World) -> None:
    database_given(world)

    key = {"kind": "MultiHash", "paths": ["/tenant", "/caller", "/call"], "version": 2}

    assert cosmos_container(world, resource={"partitionKey": key})["name"] == "sessions"


@pytest.mark.parametrize("change", [{"principalId": "another"}, {"scope": "/elsewhere"}])
def test_what_replaces_a_role(world: World, change: dict[str, str]) -> None:
    database_given(world)

    assert world.difference(cosmos_role(world), **change).replaces == list(change)
