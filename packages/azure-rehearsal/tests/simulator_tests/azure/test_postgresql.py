"""What servers do to each other: replicas, what is written one after the other, what outlives what."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from azure_rehearsal.azure.core.cloud import Cloud
from simulator_tests.azure.concurrency import SLOW_SECONDS, at_once
from simulator_tests.azure.makers.dbforpostgresql import (
    administrator,
    database,
    database_network,
    parameter,
    replica,
    server,
    virtual_endpoint,
)
from simulator_tests.azure.postgresql_setup import PASSWORD, replica_given, server_given
from simulator_tests.azure.world import World

A_MOMENT = SLOW_SECONDS / 4


def test_a_server_has_what_azure_adds(world: World) -> None:
    database_network(world)

    made = server(world)

    assert made["fullyQualifiedDomainName"] == "psql-voice.postgres.database.azure.com"
    assert made["storage"] == {
        "type": "", "autoGrow": "Enabled", "storageSizeGB": 256, "tier": "P15", "iops": 1100,
    }  # fmt: skip
    assert made["network"]["publicNetworkAccess"] == "Disabled"
    assert made["highAvailability"]["standbyAvailabilityZone"] != made["availabilityZone"]
    assert made["replicationRole"] == "Primary"


def test_more_storage_is_an_update_and_a_faster_disk(world: World) -> None:
    server_given(world)

    assert world.difference(world["psql-voice"], storage={"storageSizeGB": 512}).replaces == []
    assert world.change(world["psql-voice"], storage={"storageSizeGB": 512})["storage"]["tier"] == "P20"


@pytest.mark.parametrize(
    "change", [{"location": "northeurope"}, {"administratorLogin": "voice"}, {"availabilityZone": "2"}]
)
def test_what_replaces_a_server(world: World, change: dict[str, str]) -> None:
    server_given(world)

    assert world.difference(world["psql-voice"], **change).replaces == list(change)


def test_a_newer_version_is_an_update(world: World) -> None:
    world.group()
    made = server(world, version="16")

    assert world.change(made, version="17")["version"] == "17"


def test_a_replica_takes_after_its_primary(world: World) -> None:
    server_given(world)

    near, far = replica(world), replica(world, "psql-voice-far", location="northeurope")

    assert near["version"] == "17"
    assert near["sourceServerResourceId"] == world["psql-voice"].id
    assert (near["replicationRole"], far["replicationRole"]) == ("AsyncReplica", "GeoAsyncReplica")


def test_a_replica_can_be_updated(world: World) -> None:
    replica_given(world)

    assert world.change(world["psql-voice-read"], tags={"owner": "voice"})["replicationRole"] == "AsyncReplica"


def test_replicas_of_a_deleted_primary_go_on_alone(world: World) -> None:
    replica_given(world)

    world.delete(world["psql-voice"])

    live = world.read(world["psql-voice-read"])
    assert live is not None
    assert live[1]["replicationRole"] == "Primary"
    assert "sourceServerResourceId" not in live[1]


def test_a_virtual_endpoint_has_a_writer_and_a_reader(world: World) -> None:
    replica_given(world)

    made = virtual_endpoint(world, "psql-voice-read")

    assert made["virtualEndpoints"] == [
        "psql-voice-entry.writer.postgres.database.azure.com",
        "psql-voice-entry.reader.postgres.database.azure.com",
    ]


def test_a_parameter_without_a_rule_is_taken(world: World) -> None:
    server_given(world)

    assert parameter(world, "azure.extensions", "pg_stat_statements")["value"] == "pg_stat_statements"


def test_a_static_parameter_waits_for_a_restart(world: World) -> None:
    server_given(world)

    assert parameter(world, "max_connections", "200")["isConfigPendingRestart"] is True
    assert parameter(world)["isConfigPendingRestart"] is False


def later(world: World, write: Callable[[World], object]) -> None:
    time.sleep(A_MOMENT)
    write(world)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (database, parameter),
        (database, administrator),
        (replica, database),
        (database, replica),
        (replica, lambda world: replica(world, "psql-voice-second")),
        (replica, lambda world: world.change(world["psql-voice"], tags={"owner": "voice"})),
        (replica, lambda world: world.delete(world["present"])),
        (lambda world: world.delete(world["psql-voice-old"]), database),
        (lambda world: world.delete(world["psql-voice-old"]), replica),
        (
            lambda world: world.delete(world["psql-voice-old"]),
            lambda world: world.delete(world["present"]),
        ),
        (database, lambda world: world.delete(world["psql-voice-old"])),
    ],
    ids=[
        "two children",
        "a database and an administrator",
        "a child while a replica comes",
        "a replica while a child is written",
        "two replicas",
        "the primary while a replica comes",
        "a child's deletion while a replica comes",
        "a child while a replica goes",
        "a replica while another goes",
        "a child's deletion while a replica goes",
        "a replica's deletion while a child is written",
    ],
)
def test_a_server_does_one_thing_at_a_time(
    world: World, first: Callable[[World], object], second: Callable[[World], object]
) -> None:
    server_given(world)
    replica(world, "psql-voice-old")
    database(world, "present")

    refusals = at_once(world, first, lambda world: later(world, second))

    assert [item.code for item in refusals] == ["ServerIsBusy"]
    assert "psql-voice" in refusals[0].message
    assert "is busy processing another operation" in refusals[0].message


def test_two_servers_do_not_wait_for_each_other(world: World) -> None:
    world.group()

    assert at_once(world, server, lambda world: server(world, "psql-other")) == []


def test_a_server_answers_again_when_a_replica_is_gone(world: World) -> None:
    replica_given(world)

    world.delete(world["psql-voice-read"])

    assert database(world)["name"] == "voice"


def test_no_password_reaches_the_file_or_the_outputs(tmp_path: Path) -> None:
    path = tmp_path / "azure.json"
    world = World(Cloud.open(path, write_seconds=0))
    world.group()

    made = server(
        world,
        authConfig={"passwordAuth": "Enabled"},
        administratorLogin="voice",
        administratorLoginPassword=PASSWORD,
    )

    assert PASSWORD not in path.read_text(encoding="utf-8")
    assert "administratorLoginPassword" not in made.outputs
