"""Azure's refusals of Redis caches, databases and access policy assignments; their keys."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.harness import GROUP, AzureHarness, Case, refused
from simulator_tests.azure.makers.common import PERSON
from simulator_tests.azure.makers.redisenterprise import redis, redis_database, redis_user


def with_instance(azure: AzureHarness) -> None:
    azure.group()
    redis(azure)


def with_database(azure: AzureHarness) -> None:
    with_instance(azure)
    redis_database(azure)


def without_persistence(azure: AzureHarness, **changes: object) -> object:
    return redis_database(azure, persistence=None, **changes)


CASES: Final = [
    Case(
        "redis:Redis",
        "any cache",
        lambda azure: azure.make(
            "redis:Redis",
            "redis",
            resourceGroupName=GROUP,
            name="redis-shop",
            sku={"name": "Premium", "family": "P", "capacity": 2},
        ),
        "BadRequest",
        ("Azure Cache for Redis is retiring, create Azure Managed Redis instance instead", "RedisEnterprise"),
        setup=AzureHarness.group,
    ),
    Case(
        "redisenterprise:RedisEnterprise",
        "an Enterprise SKU",
        lambda azure: redis(azure, sku={"name": "Enterprise_E10"}),
        "BadRequest",
        ("no longer supported", "Enterprise_E10", "Azure Managed Redis"),
        setup=AzureHarness.group,
    ),
    Case(
        "redisenterprise:RedisEnterprise",
        "a capacity",
        lambda azure: redis(azure, sku={"capacity": 2}),
        "BadRequest",
        ("sku.capacity",),
        setup=AzureHarness.group,
    ),
    Case(
        "redisenterprise:RedisEnterprise",
        "zones",
        lambda azure: redis(azure, zones=["1", "2"]),
        "BadRequest",
        ("zones", "always zone redundant"),
        setup=AzureHarness.group,
    ),
    Case(
        "redisenterprise:RedisEnterprise",
        "disabled high availability",
        lambda azure: azure.change(azure["redis-shop"], highAvailability="Disabled"),
        "BadRequest",
        ("cannot be disabled once it is enabled",),
        setup=with_instance,
    ),
    Case(
        "redisenterprise:RedisEnterprise",
        "a name that is taken in the region",
        lambda azure: (azure.group("rg-other"), redis(azure, resourceGroupName="rg-other")),
        "NameNotAvailable",
        ("redis-shop.westeurope.redis.azure.net",),
        setup=with_instance,
    ),
    Case(
        "redisenterprise:Database",
        "a second database",
        lambda azure: redis_database(azure, databaseName="sessions"),
        "BadRequest",
        ("'sessions'", "'default'"),
        setup=with_instance,
    ),
    Case(
        "redisenterprise:Database",
        "another port",
        lambda azure: redis_database(azure, port=6380),
        "BadRequest",
        ("6380", "10000"),
        setup=with_instance,
    ),
    Case(
        "redisenterprise:Database",
        "one shard of a large instance",
        lambda azure: redis_database(azure, clusteringPolicy="NoCluster"),
        "BadRequest",
        ("25 GB", "Balanced_B50"),
        setup=lambda azure: (azure.group(), redis(azure, sku={"name": "Balanced_B50"})),
    ),
    Case(
        "redisenterprise:Database",
        "another clustering policy",
        lambda azure: azure.change(azure["redis-default"], clusteringPolicy="OSSCluster"),
        "BadRequest",
        ("clustering policy", "cannot be changed", "EnterpriseCluster"),
        setup=with_database,
    ),
    Case(
        "redisenterprise:Database",
        "RDB and AOF persistence",
        lambda azure: redis_database(azure, persistence={"aofEnabled": True, "aofFrequency": "1s"}),
        "BadRequest",
        ("both RDB and AOF",),
        setup=with_instance,
    ),
    Case(
        "redisenterprise:Database",
        "snapshots without a frequency",
        lambda azure: redis_database(azure, persistence={"rdbFrequency": None}),
        "BadRequest",
        ("rdbFrequency", "rdbEnabled"),
        setup=with_instance,
    ),
    Case(
        "redisenterprise:Database",
        "an unknown frequency",
        lambda azure: redis_database(azure, persistence={"rdbFrequency": "24h"}),
        "InvalidParameter",
        ("'24h'", "'12h'"),
        setup=with_instance,
    ),
    Case(
        "redisenterprise:Database",
        "persistence and geo-replication",
        lambda azure: redis_database(azure, geoReplication={"groupNickname": "shop"}),
        "BadRequest",
        ("persistence and active geo-replication",),
        setup=with_instance,
    ),
    Case(
        "redisenterprise:Database",
        "geo-replication of a small instance",
        lambda azure: without_persistence(azure, geoReplication={"groupNickname": "shop"}),
        "BadRequest",
        ("balanced_b1",),
        setup=lambda azure: (azure.group(), redis(azure, sku={"name": "Balanced_B1"})),
    ),
    Case(
        "redisenterprise:Database",
        "RediSearch with OSS clustering",
        lambda azure: redis_database(azure, clusteringPolicy="OSSCluster", modules=[{"name": "RediSearch"}]),
        "BadRequest",
        ("RediSearch", "EnterpriseCluster"),
        setup=with_instance,
    ),
    Case(
        "redisenterprise:AccessPolicyAssignment",
        "another policy",
        lambda azure: redis_user(azure, accessPolicyName="readers"),
        "BadRequest",
        ("'readers' ", "does not exist"),
        setup=with_database,
    ),
    Case(
        "redisenterprise:AccessPolicyAssignment",
        "a user that is not an object id",
        lambda azure: redis_user(azure, principal="workers"),
        "BadRequest",
        ("'workers'", "not an object id"),
        setup=with_database,
    ),
    Case(
        "redisenterprise:AccessPolicyAssignment",
        "a user with an assignment",
        lambda azure: (redis_user(azure), redis_user(azure, "again")),
        "Conflict",
        (PERSON, "accessPolicyAssignments/workers"),
        setup=with_database,
    ),
    Case(
        "redisenterprise:AccessPolicyAssignment",
        "an instance without database",
        redis_user,
        "ParentResourceNotFound",
        ("databases/default",),
        setup=with_instance,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)


def test_listing_keys_is_refused_without_access_keys_authentication(azure: AzureHarness) -> None:
    with_instance(azure)
    redis_database(azure, accessKeysAuthentication=None)

    with refused("BadRequest", "Access keys authentication is disabled"):
        azure.invoke(
            "redisenterprise:listDatabaseKeys",
            resourceGroupName=GROUP,
            clusterName="redis-shop",
            databaseName="default",
        )


def test_keys_are_listed_with_access_keys_authentication(azure: AzureHarness) -> None:
    with_database(azure)

    answer = azure.invoke(
        "redisenterprise:listDatabaseKeys", resourceGroupName=GROUP, clusterName="redis-shop", databaseName="default"
    )

    assert len({answer["primaryKey"], answer["secondaryKey"]}) == 2


def test_the_host_name_contains_name_and_region(azure: AzureHarness) -> None:
    with_database(azure)

    assert azure["redis-shop"]["hostName"] == "redis-shop.westeurope.redis.azure.net"
    assert azure["redis-shop"]["redundancyMode"] == "ZR"
    assert azure["redis-default"]["port"] == 10000


def test_check_requires_public_network_access(azure: AzureHarness) -> None:
    azure.group()

    _, failures = azure.check(
        "redisenterprise:RedisEnterprise",
        "redis",
        resourceGroupName=GROUP,
        clusterName="redis-shop",
        sku={"name": "Balanced_B20"},
    )

    assert [item.reason for item in failures] == ["missing required property 'publicNetworkAccess'"]


def test_small_instances_can_use_no_cluster(azure: AzureHarness) -> None:
    with_instance(azure)

    assert redis_database(azure, clusteringPolicy="NoCluster")["clusteringPolicy"] == "NoCluster"


@pytest.mark.parametrize("change", [{"port": 10001}, {"modules": [{"name": "RedisJSON"}]}])
def test_changes_that_replace_a_database(azure: AzureHarness, change: dict[str, object]) -> None:
    with_database(azure)

    assert azure.diff(azure["redis-default"], **change).replaces
