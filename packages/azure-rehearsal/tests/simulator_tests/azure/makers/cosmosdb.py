"""Cosmos DB accounts and their children."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.harness import LOCATION, AzureHarness, Deployed
from simulator_tests.azure.makers.common import PERSON, made


def cosmos(azure: AzureHarness, name: str = "cosmos-shop", serverless: bool = False, **changes: Any) -> Deployed:
    base: dict[str, Any] = {
        "accountName": name,
        "databaseAccountOfferType": "Standard",
        "locations": [{"locationName": LOCATION, "failoverPriority": 0}],
        "disableLocalAuth": True,
    }
    if serverless:
        base["capabilities"] = [{"name": "EnableServerless"}]
    return made(azure, "cosmosdb:DatabaseAccount", name, base, changes)


def cosmos_database(azure: AzureHarness, name: str = "shop", **changes: Any) -> Deployed:
    base = {"accountName": "cosmos-shop", "databaseName": name, "resource": {"id": name}}
    return made(azure, "cosmosdb:SqlResourceSqlDatabase", f"cosmos {name}", base, changes)


def cosmos_container(azure: AzureHarness, name: str = "sessions", **changes: Any) -> Deployed:
    key = {"paths": ["/sessionId"], "kind": "Hash"}
    base = {
        "accountName": "cosmos-shop",
        "databaseName": "shop",
        "containerName": name,
        "resource": {"id": name, "partitionKey": key},
    }
    return made(azure, "cosmosdb:SqlResourceSqlContainer", name, base, changes)


def cosmos_role(azure: AzureHarness, name: str = "99999999-2222-4333-8444-555555555555", **changes: Any) -> Deployed:
    id = azure["cosmos-shop"].id
    base = {
        "accountName": "cosmos-shop",
        "roleAssignmentId": name,
        "principalId": PERSON,
        "roleDefinitionId": f"{id}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000002",
        "scope": f"{id}/dbs/shop",
    }
    return made(azure, "cosmosdb:SqlResourceSqlRoleAssignment", name, base, changes)
