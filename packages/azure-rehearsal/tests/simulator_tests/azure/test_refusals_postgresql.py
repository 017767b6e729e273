"""What Azure refuses of PostgreSQL servers and what belongs to them, in its own words."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.services import (
    DATABASE_ZONE,
    POSTGRES_DELEGATION,
    administrator,
    database,
    database_network,
    database_subnet,
    dns_zone,
    parameter,
    replica,
    server,
    virtual_endpoint,
)
from simulator_tests.azure.world import Case, World, refused

PASSWORD: Final = "Correct-Horse-7"


def server_given(world: World) -> None:
    world.group()
    server(world)


def private_server(world: World) -> None:
    database_network(world)
    server(world)


def five_replicas(world: World) -> None:
    server_given(world)
    for number in range(5):
        replica(world, f"psql-voice-{number}")


def replica_given(world: World) -> None:
    server_given(world)
    replica(world)


CASES: Final = [
    # Servers
    Case(
        "dbforpostgresql:Server",
        "a name that another server has",
        lambda world: (world.group("rg-other"), server(world, resourceGroupName="rg-other")),
        "ServerNameAlreadyExists",
        ("Specified server name is already used",),
        given=server_given,
    ),
    Case(
        "dbforpostgresql:Server",
        "a version that the community retired",
        lambda world: server(world, version="14"),
        "VersionNotSupported",
        ("version 14", "2026-11-12", "18, 17, 16"),
        given=World.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "an older version",
        lambda world: world.change(world["psql-voice"], version="16"),
        "VersionDowngradeNotAllowed",
        ("17", "Downgrade to 16"),
        given=server_given,
    ),
    Case(
        "dbforpostgresql:Server",
        "no size",
        lambda world: server(world, sku=None),
        "InvalidParameterValue",
        ("sku",),
        given=World.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "a size that is not offered",
        lambda world: server(world, sku={"name": "Standard_F8s_v2"}),
        "InvalidSkuName",
        ("Standard_F8s_v2",),
        given=World.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "a size of another tier",
        lambda world: server(world, sku={"tier": "MemoryOptimized"}),
        "InvalidEditionSkuCombination",
        ("Standard_D4ds_v5", "belongs to tier GeneralPurpose"),
        given=World.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "a storage size between two steps",
        lambda world: server(world, storage={"storageSizeGB": 300}),
        "InvalidStorageSize",
        ("300 GiB", "512"),
        given=World.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "less storage",
        lambda world: world.change(world["psql-voice"], storage={"storageSizeGB": 128}),
        "StorageSizeDecreaseNotAllowed",
        ("256 GiB", "128 GiB", "autoGrow"),
        given=server_given,
    ),
    Case(
        "dbforpostgresql:Server",
        "a slower disk than its size has",
        lambda world: server(world, storage={"tier": "P10"}),
        "InvalidStorageTier",
        ("P10", "P15, P20"),
        given=World.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "another kind of disk",
        lambda world: world.change(
            server(world, storage={"type": "Premium_LRS"}), storage={"type": "PremiumV2_LRS"}
        ),
        "StorageTypeChangeNotAllowed",
        ("storage.type",),
        given=World.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "high availability of the cheapest tier",
        lambda world: server(world, sku={"name": "Standard_B2s", "tier": "Burstable"}),
        "HANotSupportedForBurstable",
        ("Burstable",),
        given=World.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "a standby in the primary's zone",
        lambda world: server(world, availabilityZone="1", highAvailability={"standbyAvailabilityZone": "1"}),
        "ZoneRedundantHANotSupported",
        ("standby in another zone",),
        given=World.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "zone redundancy in a region without zones",
        lambda world: server(world, location="ukwest"),
        "ZoneRedundantHANotSupported",
        ("ukwest", "no zones"),
        given=World.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "one zone, and a standby in another",
        lambda world: server(
            world, availabilityZone="1", highAvailability={"mode": "SameZone", "standbyAvailabilityZone": "2"}
        ),
        "InvalidStandbyAvailabilityZone",
        ("SameZone", "zone 2"),
        given=World.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "a zone that the region does not have",
        lambda world: server(world, availabilityZone="4"),
        "AvailabilityZoneNotAvailable",
        ("'4'", "1, 2, 3"),
        given=World.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "backups for two days",
        lambda world: server(world, backup={"backupRetentionDays": 2}),
        "InvalidParameterValue",
        ("2 days", "7 to 35"),
        given=World.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "geo-redundant backups afterwards",
        lambda world: world.change(
            server(world, backup={"geoRedundantBackup": "Disabled"}), backup={"geoRedundantBackup": "Enabled"}
        ),
        "GeoRedundantBackupChangeNotAllowed",
        ("only be chosen at creation",),
        given=World.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "geo-redundant backups of a region without a pair",
        lambda world: server(world, location="polandcentral"),
        "GeoRedundantBackupNotSupported",
        ("polandcentral", "no paired region"),
        given=World.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "nobody can sign in",
        lambda world: server(world, authConfig={"activeDirectoryAuth": "Disabled"}),
        "InvalidParameterValue",
        ("neither password nor Microsoft Entra",),
        given=World.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "passwords without an administrator",
        lambda world: server(world, authConfig={"passwordAuth": "Enabled"}),
        "MissingAdministratorLogin",
        ("administratorLogin", "administratorLoginPassword"),
        given=World.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "a reserved administrator",
        lambda world: server(
            world,
            authConfig={"passwordAuth": "Enabled"},
            administratorLogin="admin",
            administratorLoginPassword=PASSWORD,
        ),
        "InvalidAdministratorLogin",
        ("'admin'", "reserved"),
        given=World.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "a simple password",
        lambda world: server(
            world,
            authConfig={"passwordAuth": "Enabled"},
            administratorLogin="voice",
            administratorLoginPassword="password",
        ),
        "PasswordNotComplex",
        ("not complex enough",),
        given=World.group,
    ),
    # Networking
    Case(
        "dbforpostgresql:Server",
        "a delegated subnet without a zone",
        lambda world: server(world, network={"privateDnsZoneArmResourceId": None}),
        "EmptyPrivateDnsZoneArmResourceId",
        ("The parameter PrivateDnsZoneArguments is required",),
        given=database_network,
    ),
    Case(
        "dbforpostgresql:Server",
        "a zone without a subnet",
        lambda world: server(world, network={"delegatedSubnetResourceId": None}),
        "InvalidParameterValue",
        ("no delegated subnet",),
        given=database_network,
    ),
    Case(
        "dbforpostgresql:Server",
        "a zone of another service",
        lambda world: server(
            world, network={"privateDnsZoneArmResourceId": dns_zone(world, "privatelink.redis.azure.net").id}
        ),
        "InvalidPrivateDnsZoneName",
        ("must end with .postgres.database.azure.com",),
        given=database_network,
    ),
    Case(
        "dbforpostgresql:Server",
        "a zone with the server's own name",
        lambda world: server(
            world,
            network={"privateDnsZoneArmResourceId": dns_zone(world, "psql-voice.postgres.database.azure.com").id},
        ),
        "InvalidPrivateDnsZoneName",
        ("not be psql-voice.postgres.database.azure.com",),
        given=database_network,
    ),
    Case(
        "dbforpostgresql:Server",
        "a subnet that is not delegated",
        lambda world: server(world, network={"delegatedSubnetResourceId": world.subnet().id}),
        "SubnetNotDelegated",
        ("Microsoft.DBforPostgreSQL/flexibleServers", "no delegation"),
        given=database_network,
    ),
    Case(
        "dbforpostgresql:Server",
        "a subnet of another region",
        lambda world: server(world, location="northeurope"),
        "InvalidParameterValue",
        ("'westeurope'", "'northeurope'"),
        given=database_network,
    ),
    Case(
        "dbforpostgresql:Server",
        "a subnet smaller than sixteen addresses",
        server,
        "InvalidParameterValue",
        ("/29", "/28"),
        given=lambda world: database_network(world, "10.10.8.0/29"),
    ),
    Case(
        "dbforpostgresql:Server",
        "one server more than the subnet holds",
        lambda world: [server(world, f"psql-voice-{number}") for number in range(3)],
        "SubnetIsFull",
        ("12 IP addresses", "11 are usable"),
        given=database_network,
    ),
    Case(
        "dbforpostgresql:Server",
        "a subnet afterwards",
        lambda world: (
            database_subnet(world),
            world.change(
                world["psql-voice"],
                network={
                    "delegatedSubnetResourceId": world["snet-postgres"].id,
                    "privateDnsZoneArmResourceId": world["zone"].id,
                },
            ),
        ),
        "VnetIntegrationChangeNotAllowed",
        ("chosen at creation",),
        given=server_given,
    ),
    Case(
        "dbforpostgresql:Server",
        "no subnet any more",
        lambda world: world.change(world["psql-voice"], network=None),
        "VnetIntegrationChangeNotAllowed",
        ("snet-postgres",),
        given=private_server,
    ),
    Case(
        "dbforpostgresql:Server",
        "another zone while a standby follows",
        lambda world: world.change(
            world["psql-voice"],
            network={
                "privateDnsZoneArmResourceId": dns_zone(world, "b.private.postgres.database.azure.com").id
            },
        ),
        "PrivateDnsZoneChangeNotAllowed",
        ("high availability is on", DATABASE_ZONE),
        given=private_server,
    ),
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
            server(
                world, sku={"name": "Standard_B2s", "tier": "Burstable"}, highAvailability={"mode": "Disabled"}
            ),
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
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)


def test_a_delegation_beside_others_is_not_enough(world: World) -> None:
    database_network(world)
    other = {"name": "other", "serviceName": "Microsoft.ContainerInstance/containerGroups"}
    subnet = world.subnet("snet-two", "10.10.30.0/28", delegations=[POSTGRES_DELEGATION, other])

    with refused("SubnetNotDelegated", "nothing else"):
        server(world, network={"delegatedSubnetResourceId": subnet.id})
