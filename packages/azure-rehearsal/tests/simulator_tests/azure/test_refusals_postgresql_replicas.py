"""Azure's refusals of PostgreSQL replicas, databases, parameters, administrators and virtual endpoints."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.makers.dbforpostgresql import (
    administrator,
    database,
    parameter,
    replica,
    server,
    virtual_endpoint,
)
from simulator_tests.azure.postgresql_setup import PASSWORD, private_server, replica_given, server_given
from simulator_tests.azure.world import Case, World, refused


def five_replicas(world: World) -> None:
    server_given(world)
    for number in range(5):
        replica(world, f"psql-voice-{number}")


CASES: Final = [
    # Replicas
    Case(
        "dbforpostgresql:Server",
        "a replica of nothing",
        lambda world: replica(world, sourceServerResourceId=None),
        "ReadReplicaCreationNotAllowed",
        ("not a flexible server",),
        given=server_given,
    ),
    Case(
        "dbforpostgresql:Server",
        "a replica of a replica",
        lambda world: replica(world, "psql-voice-second", "psql-voice-read"),
        "ReadReplicaCreationNotAllowed",
        ("is a read replica",),
        given=replica_given,
    ),
    Case(
        "dbforpostgresql:Server",
        "a replica of a burstable server",
        lambda world: (
            world.group(),
            server(world, sku={"name": "Standard_B2s", "tier": "Burstable"}, highAvailability={"mode": "Disabled"}),
            replica(world, sku={"name": "Standard_B2s", "tier": "Burstable"}),
        ),
        "ReadReplicaCreationNotAllowed",
        ("Burstable",),
    ),
    Case(
        "dbforpostgresql:Server",
        "a sixth replica",
        lambda world: replica(world, "psql-voice-sixth"),
        "ReplicaLimitReached",
        ("5 read replicas",),
        given=five_replicas,
    ),
    Case(
        "dbforpostgresql:Server",
        "a replica of another tier",
        lambda world: replica(world, sku={"name": "Standard_E4ds_v5", "tier": "MemoryOptimized"}),
        "ReadReplicaCreationNotAllowed",
        ("MemoryOptimized", "GeneralPurpose"),
        given=server_given,
    ),
    Case(
        "dbforpostgresql:Server",
        "a replica with less storage",
        lambda world: replica(world, storage={"storageSizeGB": 128}),
        "ReadReplicaCreationNotAllowed",
        ("128 GiB", "256 GiB"),
        given=server_given,
    ),
    Case(
        "dbforpostgresql:Server",
        "a public replica of a private server",
        replica,
        "ReadReplicaCreationNotAllowed",
        ("networking mode differs",),
        given=private_server,
    ),
    Case(
        "dbforpostgresql:Server",
        "backups of a replica",
        lambda world: replica(world, backup={"backupRetentionDays": 14}),
        "ReadReplicaOperationNotAllowed",
        ("backup cannot be configured",),
        given=server_given,
    ),
    Case(
        "dbforpostgresql:Server",
        "a standby of a replica",
        lambda world: world.change(world["psql-voice-read"], highAvailability={"mode": "ZoneRedundant"}),
        "ReadReplicaOperationNotAllowed",
        ("highAvailability cannot be configured",),
        given=replica_given,
    ),
    # Children
    Case(
        "dbforpostgresql:Database",
        "a database that every server has",
        lambda world: database(world, "postgres"),
        "DatabaseNameReserved",
        ("'postgres'",),
        given=server_given,
    ),
    Case(
        "dbforpostgresql:Database",
        "another collation",
        lambda world: world.change(database(world), collation="de_DE.utf8"),
        "DatabaseUpdateNotAllowed",
        ("collation", "de_DE.utf8"),
        given=server_given,
    ),
    Case(
        "dbforpostgresql:Database",
        "a database of a replica",
        lambda world: database(world, serverName="psql-voice-read"),
        "ReadReplicaOperationNotAllowed",
        ("read replica", "write it on the primary"),
        given=replica_given,
    ),
    Case(
        "dbforpostgresql:Configuration",
        "a value that a parameter does not take",
        lambda world: parameter(world, value="sometimes"),
        "InvalidParameterValue",
        ("'sometimes'", "on,off"),
        given=server_given,
    ),
    Case(
        "dbforpostgresql:Configuration",
        "a number out of range",
        lambda world: parameter(world, "max_connections", "10"),
        "InvalidParameterValue",
        ("'10'", "25-5000"),
        given=server_given,
    ),
    Case(
        "dbforpostgresql:Configuration",
        "no value",
        lambda world: parameter(world, value=None),
        "InvalidParameterValue",
        ("has no value",),
        given=server_given,
    ),
    Case(
        "dbforpostgresql:AdministratorsMicrosoftEntra",
        "something that is not an object id",
        lambda world: administrator(world, "database-team"),
        "InvalidParameterValue",
        ("not an object id",),
        given=server_given,
    ),
    Case(
        "dbforpostgresql:AdministratorsMicrosoftEntra",
        "a server that Entra does not sign in to",
        lambda world: (
            world.group(),
            server(
                world,
                authConfig={"activeDirectoryAuth": "Disabled", "passwordAuth": "Enabled"},
                administratorLogin="voice",
                administratorLoginPassword=PASSWORD,
            ),
            administrator(world),
        ),
        "AadAuthenticationNotEnabled",
        ("activeDirectoryAuth",),
    ),
    Case(
        "dbforpostgresql:AdministratorsMicrosoftEntra",
        "an administrator without a name",
        lambda world: administrator(world, principalName=None),
        "InvalidParameterValue",
        ("principalName",),
        given=server_given,
    ),
    Case(
        "dbforpostgresql:VirtualEndpoint",
        "a server of another family",
        lambda world: virtual_endpoint(world, "psql-other"),
        "InvalidParameterValue",
        ("psql-other", "of its read replicas"),
        given=server_given,
    ),
    Case(
        "dbforpostgresql:VirtualEndpoint",
        "a second one",
        lambda world: (virtual_endpoint(world, "psql-voice"), virtual_endpoint(world, "psql-voice", name="second")),
        "VirtualEndpointLimitReached",
        ("psql-voice-entry",),
        given=server_given,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)
