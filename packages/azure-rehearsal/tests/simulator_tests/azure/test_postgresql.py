"""PostgreSQL servers: outputs, updates, replicas, exclusive writes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from azure_rehearsal.azure.core.cloud import Cloud
from simulator_tests.azure.concurrency import SLOW_SECONDS, run_concurrently
from simulator_tests.azure.harness import AzureHarness
from simulator_tests.azure.makers.dbforpostgresql import (
    administrator,
    database,
    database_network,
    parameter,
    replica,
    server,
    virtual_endpoint,
)
from simulator_tests.azure.postgresql_setup import PASSWORD, with_replica, with_server

A_MOMENT = SLOW_SECONDS / 4


def test_the_response_contains_the_defaults_of_a_server(azure: AzureHarness) -> None:
    database_network(azure)

    made = server(azure)

    assert made["fullyQualifiedDomainName"] == "psql-shop.postgres.database.azure.com"
    assert made["storage"] == {
        "type": "", "autoGrow": "Enabled", "storageSizeGB": 256, "tier": "P15", "iops": 1100,
    }  # fmt: skip
    assert made["network"]["publicNetworkAccess"] == "Disabled"
    assert made["highAvailability"]["standbyAvailabilityZone"] != made["availabilityZone"]
    assert made["replicationRole"] == "Primary"


def test_more_storage_is_an_update_with_a_higher_tier(azure: AzureHarness) -> None:
    with_server(azure)

    assert azure.diff(azure["psql-shop"], storage={"storageSizeGB": 512}).replaces == []
    assert azure.change(azure["psql-shop"], storage={"storageSizeGB": 512})["storage"]["tier"] == "P20"


@pytest.mark.parametrize(
    "change", [{"location": "northeurope"}, {"administratorLogin": "shop"}, {"availabilityZone": "2"}]
)
def test_changes_that_replace_a_server(azure: AzureHarness, change: dict[str, str]) -> None:
    with_server(azure)

    assert azure.diff(azure["psql-shop"], **change).replaces == list(change)


def test_a_major_version_upgrade_is_an_update(azure: AzureHarness) -> None:
    azure.group()
    made = server(azure, version="16")

    assert azure.change(made, version="17")["version"] == "17"


def test_a_replica_inherits_from_its_primary(azure: AzureHarness) -> None:
    with_server(azure)

    near, far = replica(azure), replica(azure, "psql-shop-far", location="northeurope")

    assert near["version"] == "17"
    assert near["sourceServerResourceId"] == azure["psql-shop"].id
    assert (near["replicationRole"], far["replicationRole"]) == ("AsyncReplica", "GeoAsyncReplica")


def test_a_replica_can_be_updated(azure: AzureHarness) -> None:
    with_replica(azure)

    assert azure.change(azure["psql-shop-read"], tags={"owner": "shop"})["replicationRole"] == "AsyncReplica"


def test_replicas_of_a_deleted_primary_are_promoted(azure: AzureHarness) -> None:
    with_replica(azure)

    azure.delete(azure["psql-shop"])

    live = azure.read(azure["psql-shop-read"])
    assert live is not None
    assert live[1]["replicationRole"] == "Primary"
    assert "sourceServerResourceId" not in live[1]


def test_a_virtual_endpoint_has_a_writer_and_a_reader(azure: AzureHarness) -> None:
    with_replica(azure)

    made = virtual_endpoint(azure, "psql-shop-read")

    assert made["virtualEndpoints"] == [
        "psql-shop-entry.writer.postgres.database.azure.com",
        "psql-shop-entry.reader.postgres.database.azure.com",
    ]


def test_a_parameter_without_a_rule_is_accepted(azure: AzureHarness) -> None:
    with_server(azure)

    assert parameter(azure, "azure.extensions", "pg_stat_statements")["value"] == "pg_stat_statements"


def test_a_static_parameter_has_a_pending_restart(azure: AzureHarness) -> None:
    with_server(azure)

    assert parameter(azure, "max_connections", "200")["isConfigPendingRestart"] is True
    assert parameter(azure)["isConfigPendingRestart"] is False


def later(azure: AzureHarness, write: Callable[[AzureHarness], object]) -> None:
    time.sleep(A_MOMENT)
    write(azure)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (database, parameter),
        (database, administrator),
        (replica, database),
        (database, replica),
        (replica, lambda azure: replica(azure, "psql-shop-second")),
        (replica, lambda azure: azure.change(azure["psql-shop"], tags={"owner": "shop"})),
        (replica, lambda azure: azure.delete(azure["present"])),
        (lambda azure: azure.delete(azure["psql-shop-old"]), database),
        (lambda azure: azure.delete(azure["psql-shop-old"]), replica),
        (
            lambda azure: azure.delete(azure["psql-shop-old"]),
            lambda azure: azure.delete(azure["present"]),
        ),
        (database, lambda azure: azure.delete(azure["psql-shop-old"])),
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
def test_overlapping_writes_on_a_server_are_refused(
    azure: AzureHarness, first: Callable[[AzureHarness], object], second: Callable[[AzureHarness], object]
) -> None:
    with_server(azure)
    replica(azure, "psql-shop-old")
    database(azure, "present")

    refusals = run_concurrently(azure, first, lambda azure: later(azure, second))

    assert [item.code for item in refusals] == ["ServerIsBusy"]
    assert "psql-shop" in refusals[0].message
    assert "is busy processing another operation" in refusals[0].message


def test_writes_on_two_servers_can_overlap(azure: AzureHarness) -> None:
    azure.group()

    assert run_concurrently(azure, server, lambda azure: server(azure, "psql-other")) == []


def test_a_primary_accepts_writes_after_the_deletion_of_a_replica(azure: AzureHarness) -> None:
    with_replica(azure)

    azure.delete(azure["psql-shop-read"])

    assert database(azure)["name"] == "shop"


def test_passwords_are_not_in_the_file_or_the_outputs(tmp_path: Path) -> None:
    path = tmp_path / "azure.json"
    azure = AzureHarness(Cloud.open(path, write_seconds=0))
    azure.group()

    made = server(
        azure,
        authConfig={"passwordAuth": "Enabled"},
        administratorLogin="shop",
        administratorLoginPassword=PASSWORD,
    )

    assert PASSWORD not in path.read_text(encoding="utf-8")
    assert "administratorLoginPassword" not in made.outputs
