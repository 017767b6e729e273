"""What Azure refuses of caches and Redis databases, in its own words."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.makers.common import PERSON
from simulator_tests.azure.makers.redisenterprise import redis, redis_database, redis_user
from simulator_tests.azure.world import GROUP, Case, World, refused


def instance_given(world: World) -> None:
    world.group()
    redis(world)


def database_given(world: World) -> None:
    instance_given(world)
    redis_database(world)


def without_persistence(world: World, **changes: object) -> object:
    return redis_database(world, persistence=None, **changes)


CASES: Final = [
    Case(
        "redis:Redis",
        "every one",
        lambda world: world.make(
            "redis:Redis",
            "redis",
            resourceGroupName=GROUP,
            name="redis-voice",
            sku={"name": "Premium", "family": "P", "capacity": 2},
        ),
        "BadRequest",
        ("Azure Cache for Redis is retiring, create Azure Managed Redis instance instead", "RedisEnterprise"),
        given=World.group,
    ),
    Case(
        "redisenterprise:RedisEnterprise",
        "an Enterprise SKU",
        lambda world: redis(world, sku={"name": "Enterprise_E10"}),
        "BadRequest",
        ("no longer supported", "Enterprise_E10", "Azure Managed Redis"),
        given=World.group,
    ),
    Case(
        "redisenterprise:RedisEnterprise",
        "a capacity",
        lambda world: redis(world, sku={"capacity": 2}),
        "BadRequest",
        ("sku.capacity",),
        given=World.group,
    ),
    Case(
        "redisenterprise:RedisEnterprise",
        "zones",
        lambda world: redis(world, zones=["1", "2"]),
        "BadRequest",
        ("zones", "always zone redundant"),
        given=World.group,
    ),
    Case(
        "redisenterprise:RedisEnterprise",
        "high availability taken away",
        lambda world: world.change(world["redis-voice"], highAvailability="Disabled"),
        "BadRequest",
        ("cannot be disabled once it is enabled",),
        given=instance_given,
    ),
    Case(
        "redisenterprise:RedisEnterprise",
        "a name that is taken in the region",
        lambda world: (world.group("rg-other"), redis(world, resourceGroupName="rg-other")),
        "NameNotAvailable",
        ("redis-voice.westeurope.redis.azure.net",),
        given=instance_given,
    ),
    Case(
        "redisenterprise:Database",
        "a second database",
        lambda world: redis_database(world, databaseName="sessions"),
        "BadRequest",
        ("'sessions'", "'default'"),
        given=instance_given,
    ),
    Case(
        "redisenterprise:Database",
        "a port of its own",
        lambda world: redis_database(world, port=6380),
        "BadRequest",
        ("6380", "10000"),
        given=instance_given,
    ),
    Case(
        "redisenterprise:Database",
        "one shard of a large instance",
        lambda world: redis_database(world, clusteringPolicy="NoCluster"),
        "BadRequest",
        ("25 GB", "Balanced_B50"),
        given=lambda world: (world.group(), redis(world, sku={"name": "Balanced_B50"})),
    ),
    Case(
        "redisenterprise:Database",
        "another clustering policy",
        lambda world: world.change(world["redis-default"], clusteringPolicy="OSSCluster"),
        "BadRequest",
        ("clustering policy", "cannot be changed", "EnterpriseCluster"),
        given=database_given,
    ),
    Case(
        "redisenterprise:Database",
        "two kinds of persistence",
        lambda world: redis_database(world, persistence={"aofEnabled": True, "aofFrequency": "1s"}),
        "BadRequest",
        ("both RDB and AOF",),
        given=instance_given,
    ),
    Case(
        "redisenterprise:Database",
        "snapshots without a frequency",
        lambda world: redis_database(world, persistence={"rdbFrequency": None}),
        "BadRequest",
        ("rdbFrequency", "rdbEnabled"),
        given=instance_given,
    ),
    Case(
        "redisenterprise:Database",
        "a frequency that there is not",
        lambda world: redis_database(world, persistence={"rdbFrequency": "24h"}),
        "InvalidParameter",
        ("'24h'", "'12h'"),
        given=instance_given,
    ),
    Case(
        "redisenterprise:Database",
        "persistence and geo-replication",
        lambda world: redis_database(world, geoReplication={"groupNickname": "voice"}),
        "BadRequest",
        ("persistence and active geo-replication",),
        given=instance_given,
    ),
    Case(
        "redisenterprise:Database",
        "geo-replication of a small instance",
        lambda world: without_persistence(world, geoReplication={"groupNickname": "voice"}),
        "BadRequest",
        ("balanced_b1",),
        given=lambda world: (world.group(), redis(world, sku={"name": "Balanced_B1"})),
    ),
    Case(
        "redisenterprise:Database",
        "search over shards",
        lambda world: redis_database(world, clusteringPolicy="OSSCluster", modules=[{"name": "RediSearch"}]),
        "BadRequest",
        ("RediSearch", "EnterpriseCluster"),
        given=instance_given,
    ),
    Case(
        "redisenterprise:AccessPolicyAssignment",
        "another policy",
        lambda world: redis_user(world, accessPolicyName="readers"),
        "BadRequest",
        ("'readers' ", "does not exist"),
        given=database_given,
    ),
    Case(
        "redisenterprise:AccessPolicyAssignment",
        "a user that is not an object id",
        lambda world: redis_user(world, principal="agents"),
        "BadRequest",
        ("'agents'", "not an object id"),
        given=database_given,
    ),
    Case(
        "redisenterprise:AccessPolicyAssignment",
        "a user that has one",
        lambda world: (redis_user(world), redis_user(world, "again")),
        "Conflict",
        (PERSON, "accessPolicyAssignments/agents"),
        given=database_given,
    ),
    Case(
        "redisenterprise:AccessPolicyAssignment",
        "an instance without database",
        redis_user,
        "ParentResourceNotFound",
        ("databases/default",),
        given=instance_given,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)


def test_keys_are_not_listed_where_only_entra_signs_in(world: World) -> None:
    instance_given(world)
    redis_database(world, accessKeysAuthentication=None)

    with refused("BadRequest", "Access keys authentication is disabled"):
        world.ask(
            "redisenterprise:listDatabaseKeys",
            resourceGroupName=GROUP,
            clusterName="redis-voice",
            databaseName="default",
        )


def test_keys_are_listed_where_they_may_be_used(world: World) -> None:
    database_given(world)

    answer = world.ask(
        "redisenterprise:listDatabaseKeys", resourceGroupName=GROUP, clusterName="redis-voice", databaseName="default"
    )

    assert len({answer["primaryKey"], answer["secondaryKey"]}) == 2


def test_an_instance_is_reached_by_name_and_region(world: World) -> None:
    database_given(world)

    assert world["redis-voice"]["hostName"] == "redis-voice.westeurope.redis.azure.net"
    assert world["redis-voice"]["redundancyMode"] == "ZR"
    assert world["redis-default"]["port"] == 10000


def test_a_network_access_that_is_not_said_is_found_before_anything_is_planned(world: World) -> None:
    world.group()

    _, failures = world.check(
        "redisenterprise:RedisEnterprise",
        "redis",
        resourceGroupName=GROUP,
        clusterName="redis-voice",
        sku={"name": "Balanced_B20"},
    )

    assert [item.reason for item in failures] == ["missing required property 'publicNetworkAccess'"]


def test_the_smallest_instances_may_have_one_shard(world: World) -> None:
    instance_given(world)

    assert redis_database(world, clusteringPolicy="NoCluster")["clusteringPolicy"] == "NoCluster"


@pytest.mark.parametrize("change", [{"port": 10000}, {"modules": [{"name": "RedisJSON"}]}])
def test_what_replaces_a_database(world: World, change: dict[str, object]) -> None:
    database_given(world)

    assert world.difference(world["redis-default"], **change).replaces
