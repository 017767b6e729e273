"""Azure Managed Redis."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.makers.common import PERSON, made
from simulator_tests.azure.world import Made, World


def redis(world: World, name: str = "redis-voice", **changes: Any) -> Made:
    base = {"clusterName": name, "sku": {"name": "Balanced_B20"}, "publicNetworkAccess": "Disabled"}
    return made(world, "redisenterprise:RedisEnterprise", name, base, changes)


def redis_database(world: World, **changes: Any) -> Made:
    base = {
        "clusterName": "redis-voice",
        "databaseName": "default",
        "clusteringPolicy": "EnterpriseCluster",
        "accessKeysAuthentication": "Enabled",
        "persistence": {"rdbEnabled": True, "rdbFrequency": "12h"},
    }
    return made(world, "redisenterprise:Database", "redis-default", base, changes)


def redis_user(world: World, name: str = "agents", principal: str = PERSON, **changes: Any) -> Made:
    base = {
        "clusterName": "redis-voice",
        "databaseName": "default",
        "accessPolicyAssignmentName": name,
        "accessPolicyName": "default",
        "user": {"objectId": principal},
    }
    return made(world, "redisenterprise:AccessPolicyAssignment", name, base, changes)
