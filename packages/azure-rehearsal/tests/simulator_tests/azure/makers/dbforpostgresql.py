"""PostgreSQL servers and their children, with their network."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.harness import GROUP, AzureHarness, Deployed
from simulator_tests.azure.makers.common import DATABASE_ZONE, PERSON, POSTGRES_DELEGATION, made


def database_network(azure: AzureHarness, prefix: str = "10.10.8.0/28") -> None:
    """Creates a group, a network, a delegated subnet and a private DNS zone."""
    azure.group()
    database_subnet(azure, prefix)


def database_subnet(azure: AzureHarness, prefix: str = "10.10.8.0/28") -> None:
    azure.network()
    azure.subnet("snet-postgres", prefix, delegations=[POSTGRES_DELEGATION])
    azure.make(
        "privatedns:PrivateZone", "zone", resourceGroupName=GROUP, privateZoneName=DATABASE_ZONE, location="global"
    )


def server(azure: AzureHarness, name: str = "psql-shop", **changes: Any) -> Deployed:
    """A server, in the delegated subnet if `database_network` created one."""
    base: dict[str, Any] = {
        "serverName": name,
        "version": "17",
        "sku": {"name": "Standard_D4ds_v5", "tier": "GeneralPurpose"},
        "storage": {"storageSizeGB": 256, "autoGrow": "Enabled"},
        "backup": {"backupRetentionDays": 7, "geoRedundantBackup": "Enabled"},
        "highAvailability": {"mode": "ZoneRedundant"},
        "authConfig": {"activeDirectoryAuth": "Enabled", "passwordAuth": "Disabled"},
        "createMode": "Default",
    }
    if "snet-postgres" in azure.deployed:
        base["network"] = {
            "delegatedSubnetResourceId": azure["snet-postgres"].id,
            "privateDnsZoneArmResourceId": azure["zone"].id,
        }
    return made(azure, "dbforpostgresql:Server", name, base, changes)


def replica(azure: AzureHarness, name: str = "psql-shop-read", source: str = "psql-shop", **changes: Any) -> Deployed:
    base: dict[str, Any] = {
        "serverName": name,
        "createMode": "Replica",
        "sourceServerResourceId": azure[source].id,
        "sku": {"name": "Standard_D4ds_v5", "tier": "GeneralPurpose"},
        "storage": {"storageSizeGB": 256},
    }
    return made(azure, "dbforpostgresql:Server", name, base, changes)


def database(azure: AzureHarness, name: str = "shop", **changes: Any) -> Deployed:
    return made(azure, "dbforpostgresql:Database", name, {"serverName": "psql-shop", "databaseName": name}, changes)


def parameter(azure: AzureHarness, name: str = "log_connections", value: str | None = "on", **changes: Any) -> Deployed:
    base = {"serverName": "psql-shop", "configurationName": name, "value": value, "source": "user-override"}
    return made(azure, "dbforpostgresql:Configuration", name, base, changes)


def administrator(azure: AzureHarness, principal: str = PERSON, **changes: Any) -> Deployed:
    base = {
        "serverName": "psql-shop",
        "objectId": principal,
        "principalName": "database-team",
        "principalType": "Group",
        "tenantId": azure.client.tenant_id,
    }
    return made(azure, "dbforpostgresql:AdministratorsMicrosoftEntra", "administrator", base, changes)


def virtual_endpoint(azure: AzureHarness, *members: str, name: str = "psql-shop-entry", **changes: Any) -> Deployed:
    base = {"serverName": "psql-shop", "virtualEndpointName": name, "members": list(members)}
    return made(azure, "dbforpostgresql:VirtualEndpoint", name, base, changes)
