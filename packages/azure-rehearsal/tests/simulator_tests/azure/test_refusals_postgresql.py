"""Azure's refusals of PostgreSQL servers: authentication, version, size, storage, standby, backup."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.harness import AzureHarness, Case, refused
from simulator_tests.azure.makers.dbforpostgresql import server
from simulator_tests.azure.postgresql_setup import PASSWORD, with_server

CASES: Final = [
    Case(
        "dbforpostgresql:Server",
        "a name that another server has",
        lambda azure: (azure.group("rg-other"), server(azure, resourceGroupName="rg-other")),
        "ServerNameAlreadyExists",
        ("Specified server name is already used",),
        setup=with_server,
    ),
    Case(
        "dbforpostgresql:Server",
        "a retired version",
        lambda azure: server(azure, version="14"),
        "VersionNotSupported",
        ("version 14", "2026-11-12", "18, 17, 16"),
        setup=AzureHarness.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "an older version",
        lambda azure: azure.change(azure["psql-shop"], version="16"),
        "VersionDowngradeNotAllowed",
        ("17", "Downgrade to 16"),
        setup=with_server,
    ),
    Case(
        "dbforpostgresql:Server",
        "no size",
        lambda azure: server(azure, sku=None),
        "InvalidParameterValue",
        ("sku",),
        setup=AzureHarness.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "a size of another tier",
        lambda azure: server(azure, sku={"tier": "MemoryOptimized"}),
        "InvalidEditionSkuCombination",
        ("Standard_D4ds_v5", "belongs to tier GeneralPurpose"),
        setup=AzureHarness.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "an unsupported storage size",
        lambda azure: server(azure, storage={"storageSizeGB": 300}),
        "InvalidStorageSize",
        ("300 GiB", "512"),
        setup=AzureHarness.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "less storage",
        lambda azure: azure.change(azure["psql-shop"], storage={"storageSizeGB": 128}),
        "StorageSizeDecreaseNotAllowed",
        ("256 GiB", "128 GiB", "autoGrow"),
        setup=with_server,
    ),
    Case(
        "dbforpostgresql:Server",
        "a lower tier than the default of the size",
        lambda azure: server(azure, storage={"tier": "P10"}),
        "InvalidStorageTier",
        ("P10", "P15, P20"),
        setup=AzureHarness.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "another disk type",
        lambda azure: azure.change(server(azure, storage={"type": "Premium_LRS"}), storage={"type": "PremiumV2_LRS"}),
        "StorageTypeChangeNotAllowed",
        ("storage.type",),
        setup=AzureHarness.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "high availability in the Burstable tier",
        lambda azure: server(azure, sku={"name": "Standard_B2s", "tier": "Burstable"}),
        "HANotSupportedForBurstable",
        ("Burstable",),
        setup=AzureHarness.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "a standby in the primary's zone",
        lambda azure: server(azure, availabilityZone="1", highAvailability={"standbyAvailabilityZone": "1"}),
        "ZoneRedundantHANotSupported",
        ("standby in another zone",),
        setup=AzureHarness.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "one zone, and a standby in another",
        lambda azure: server(
            azure, availabilityZone="1", highAvailability={"mode": "SameZone", "standbyAvailabilityZone": "2"}
        ),
        "InvalidStandbyAvailabilityZone",
        ("SameZone", "zone 2"),
        setup=AzureHarness.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "backups for two days",
        lambda azure: server(azure, backup={"backupRetentionDays": 2}),
        "InvalidParameterValue",
        ("2 days", "7 to 35"),
        setup=AzureHarness.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "geo-redundant backups after creation",
        lambda azure: azure.change(
            server(azure, backup={"geoRedundantBackup": "Disabled"}), backup={"geoRedundantBackup": "Enabled"}
        ),
        "GeoRedundantBackupChangeNotAllowed",
        ("only be chosen at creation",),
        setup=AzureHarness.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "geo-redundant backups of a region without a pair",
        lambda azure: server(azure, location="polandcentral"),
        "GeoRedundantBackupNotSupported",
        ("polandcentral", "no paired region"),
        setup=AzureHarness.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "no authentication method",
        lambda azure: server(azure, authConfig={"activeDirectoryAuth": "Disabled"}),
        "InvalidParameterValue",
        ("neither password nor Microsoft Entra",),
        setup=AzureHarness.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "passwords without an administrator",
        lambda azure: server(azure, authConfig={"passwordAuth": "Enabled"}),
        "MissingAdministratorLogin",
        ("administratorLogin", "administratorLoginPassword"),
        setup=AzureHarness.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "a reserved administrator",
        lambda azure: server(
            azure,
            authConfig={"passwordAuth": "Enabled"},
            administratorLogin="admin",
            administratorLoginPassword=PASSWORD,
        ),
        "InvalidAdministratorLogin",
        ("'admin'", "reserved"),
        setup=AzureHarness.group,
    ),
    Case(
        "dbforpostgresql:Server",
        "a simple password",
        lambda azure: server(
            azure,
            authConfig={"passwordAuth": "Enabled"},
            administratorLogin="shop",
            administratorLoginPassword="password",
        ),
        "PasswordNotComplex",
        ("not complex enough",),
        setup=AzureHarness.group,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)
