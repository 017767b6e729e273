"""Azure's refusals of PostgreSQL servers: authentication, version, size, storage, standby, backup."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.makers.dbforpostgresql import server
from simulator_tests.azure.postgresql_setup import PASSWORD, server_given
from simulator_tests.azure.world import Case, World, refused

CASES: Final = [
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
        lambda world: world.change(server(world, storage={"type": "Premium_LRS"}), storage={"type": "PremiumV2_LRS"}),
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
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)
