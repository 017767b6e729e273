"""Azure's refusals of PostgreSQL replicas, databases, parameters, administrators and virtual endpoints."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.harness import AzureHarness, Case, refused
from simulator_tests.azure.makers.dbforpostgresql import (
    administrator,
    database,
    parameter,
    replica,
    server,
    virtual_endpoint,
)
from simulator_tests.azure.postgresql_setup import PASSWORD, private_server, with_replica, with_server


def five_replicas(azure: AzureHarness) -> None:
    with_server(azure)
    for number in range(5):
        replica(azure, f"psql-shop-{number}")


CASES: Final = [
    # Replicas
    Case(
        "dbforpostgresql:Server",
        "a replica without a primary",
        lambda azure: replica(azure, sourceServerResourceId=None),
        "ReadReplicaCreationNotAllowed",
        ("not a flexible server",),
        setup=with_server,
    ),
    Case(
        "dbforpostgresql:Server",
        "a replica of a replica",
        lambda azure: replica(azure, "psql-shop-second", "psql-shop-read"),
        "ReadReplicaCreationNotAllowed",
        ("is a read replica",),
        setup=with_replica,
    ),
    Case(
        "dbforpostgresql:Server",
        "a replica of a burstable server",
        lambda azure: (
            azure.group(),
            server(azure, sku={"name": "Standard_B2s", "tier": "Burstable"}, highAvailability={"mode": "Disabled"}),
            replica(azure, sku={"name": "Standard_B2s", "tier": "Burstable"}),
        ),
        "ReadReplicaCreationNotAllowed",
        ("Burstable",),
    ),
    Case(
        "dbforpostgresql:Server",
        "a sixth replica",
        lambda azure: replica(azure, "psql-shop-sixth"),
        "ReplicaLimitReached",
        ("5 read replicas",),
        setup=five_replicas,
    ),
    Case(
        "dbforpostgresql:Server",
        "a replica of another tier",
        lambda azure: replica(azure, sku={"name": "Standard_E4ds_v5", "tier": "MemoryOptimized"}),
        "ReadReplicaCreationNotAllowed",
        ("MemoryOptimized", "GeneralPurpose"),
        setup=with_server,
    ),
    Case(
        "dbforpostgresql:Server",
        "a replica with less storage",
        lambda azure: replica(azure, storage={"storageSizeGB": 128}),
        "ReadReplicaCreationNotAllowed",
        ("128 GiB", "256 GiB"),
        setup=with_server,
    ),
    Case(
        "dbforpostgresql:Server",
        "a public replica of a private server",
        replica,
        "ReadReplicaCreationNotAllowed",
        ("networking mode differs",),
        setup=private_server,
    ),
    Case(
        "dbforpostgresql:Server",
        "backups of a replica",
        lambda azure: replica(azure, backup={"backupRetentionDays": 14}),
        "ReadReplicaOperationNotAllowed",
        ("backup cannot be configured",),
        setup=with_server,
    ),
    Case(
        "dbforpostgresql:Server",
        "a standby of a replica",
        lambda azure: azure.change(azure["psql-shop-read"], highAvailability={"mode": "ZoneRedundant"}),
        "ReadReplicaOperationNotAllowed",
        ("highAvailability cannot be configured",),
        setup=with_replica,
    ),
    Case(
        "dbforpostgresql:Server",
        "a major upgrade of a primary with a replica",
        lambda azure: azure.change(azure["psql-shop"], version="18"),
        "MajorVersionUpgradeNotAllowed",
        ("psql-shop-read", "from version 17 to 18"),
        setup=with_replica,
    ),
    # Children
    Case(
        "dbforpostgresql:Database",
        "a built-in database",
        lambda azure: database(azure, "postgres"),
        "DatabaseNameReserved",
        ("'postgres'",),
        setup=with_server,
    ),
    Case(
        "dbforpostgresql:Database",
        "another collation",
        lambda azure: azure.change(database(azure), collation="de_DE.utf8"),
        "DatabaseUpdateNotAllowed",
        ("collation", "de_DE.utf8"),
        setup=with_server,
    ),
    Case(
        "dbforpostgresql:Database",
        "a database of a replica",
        lambda azure: database(azure, serverName="psql-shop-read"),
        "ReadReplicaOperationNotAllowed",
        ("read replica", "write it on the primary"),
        setup=with_replica,
    ),
    Case(
        "dbforpostgresql:Configuration",
        "a value that a parameter does not allow",
        lambda azure: parameter(azure, value="sometimes"),
        "InvalidParameterValue",
        ("'sometimes'", "on,off"),
        setup=with_server,
    ),
    Case(
        "dbforpostgresql:Configuration",
        "a number out of range",
        lambda azure: parameter(azure, "max_connections", "10"),
        "InvalidParameterValue",
        ("'10'", "25-5000"),
        setup=with_server,
    ),
    Case(
        "dbforpostgresql:Configuration",
        "no value",
        lambda azure: parameter(azure, value=None),
        "InvalidParameterValue",
        ("has no value",),
        setup=with_server,
    ),
    Case(
        "dbforpostgresql:AdministratorsMicrosoftEntra",
        "something that is not an object id",
        lambda azure: administrator(azure, "database-team"),
        "InvalidParameterValue",
        ("not an object id",),
        setup=with_server,
    ),
    Case(
        "dbforpostgresql:AdministratorsMicrosoftEntra",
        "a server without Entra authentication",
        lambda azure: (
            azure.group(),
            server(
                azure,
                authConfig={"activeDirectoryAuth": "Disabled", "passwordAuth": "Enabled"},
                administratorLogin="shop",
                administratorLoginPassword=PASSWORD,
            ),
            administrator(azure),
        ),
        "AadAuthenticationNotEnabled",
        ("activeDirectoryAuth",),
    ),
    Case(
        "dbforpostgresql:AdministratorsMicrosoftEntra",
        "an administrator without a name",
        lambda azure: administrator(azure, principalName=None),
        "InvalidParameterValue",
        ("principalName",),
        setup=with_server,
    ),
    Case(
        "dbforpostgresql:VirtualEndpoint",
        "a server that is not a replica",
        lambda azure: virtual_endpoint(azure, "psql-other"),
        "InvalidParameterValue",
        ("psql-other", "of its read replicas"),
        setup=with_server,
    ),
    Case(
        "dbforpostgresql:VirtualEndpoint",
        "a second virtual endpoint",
        lambda azure: (virtual_endpoint(azure, "psql-shop"), virtual_endpoint(azure, "psql-shop", name="second")),
        "VirtualEndpointLimitReached",
        ("psql-shop-entry",),
        setup=with_server,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)
