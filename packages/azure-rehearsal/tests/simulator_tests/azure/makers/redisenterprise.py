"""Azure Managed Redis."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.harness import AzureHarness, Deployed
from simulator_tests.azure.makers.common import PERSON, made


def redis(azure: AzureHarness, name: str = "redis-shop", **changes: Any) -> Deployed:
    base = {"clusterName": name, "sku": {"name": "Balanced_B20"}, "publicNetworkAccess": "Disabled"}
    return made(azure, "redisenterprise:RedisEnterprise", name, base, changes)


def redis_database(azure: AzureHarness, **changes: Any) -> Deployed:
    base = {
        "clusterName": "redis-shop",
        "databaseName": "default",
        "clusteringPolicy": "EnterpriseCluster",
        "accessKeysAuthentication": "Enabled",
        "persistence": {"rdbEnabled": True, "rdbFrequency": "12h"},
    }
    return made(azure, "redisenterprise:Database", "redis-default", base, changes)


def redis_user(azure: AzureHarness, name: str = "workers", principal: str = PERSON, **changes: Any) -> Deployed:
    base = {
        "clusterName": "redis-shop",
        "databaseName": "default",
        "accessPolicyAssignmentName": name,
        "accessPolicyName": "default",
        "user": {"objectId": principal},
    }
    return made(azure, "redisenterprise:AccessPolicyAssignment", name, base, changes)
