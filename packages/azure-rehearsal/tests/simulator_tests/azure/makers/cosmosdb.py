"""Cosmos DB accounts and their children."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.makers.common import PERSON, made
from simulator_tests.azure.world import LOCATION, Made, World


def cosmos(world: World, name: str = "cosmos-voice", serverless: bool = False, **changes: Any) -> Made:
    base: dict[str, Any] = {
        "accountName": name,
        "databaseAccountOfferType": "Standard",
        "locations": [{"locationName": LOCATION, "failoverPriority": 0}],
        "disableLocalAuth": True,
    }
    if serverless:
        base["capabilities"] = [{"name": "EnableServerless"}]
    return made(world, "cosmosdb:DatabaseAccount", name, base, changes)


def cosmos_database(world: World, name: str = "voice", **changes: Any) -> Made:
    base = {"accountName": "cosmos-voice", "databaseName": name, "resource": {"id": name}}
    return made(world, "cosmosdb:SqlResourceSqlDatabase", f"cosmos {name}", base, changes)


def cosmos_container(world: World, name: str = "sessions", **changes: Any) -> Made:
    key = {"paths": ["/sessionId"], "kind": "Hash"}
    base = {
        "accountName": "cosmos-voice",
        "databaseName": "voice",
        "containerName": name,
        "resource": {"id": name, "partitionKey": key},
    }
    return made(world, "cosmosdb:SqlResourceSqlContainer", name, base, changes)


def cosmos_role(world: World, name: str = "99999999-2222-4333-8444-555555555555", **changes: Any) -> Made:
    id = world["cosmos-voice"].id
    base = {
        "accountName": "cosmos-voice",
        "roleAssignmentId": name,
        "principalId": PERSON,
        "roleDefinitionId": f"{id}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000002",
        "scope": f"{id}/dbs/voice",
    }
    return made(world, "cosmosdb:SqlResourceSqlRoleAssignment", name, base, changes)
