"""PostgreSQL servers and their children, with the network that they need."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.makers.common import DATABASE_ZONE, PERSON, POSTGRES_DELEGATION, made
from simulator_tests.azure.world import GROUP, Made, World


def database_network(world: World, prefix: str = "10.10.8.0/28") -> None:
    """Group, network, a delegated subnet and a zone."""
    world.group()
    database_subnet(world, prefix)


def database_subnet(world: World, prefix: str = "10.10.8.0/28") -> None:
    world.network()
    world.subnet("snet-postgres", prefix, delegations=[POSTGRES_DELEGATION])
    world.make(
        "privatedns:PrivateZone", "zone", resourceGroupName=GROUP, privateZoneName=DATABASE_ZONE, location="global"
    )


def server(world: World, name: str = "psql-voice", **changes: Any) -> Made:
    """A server; with a delegated subnet where `database_network` made one."""
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
    if "snet-postgres" in world.made:
        base["network"] = {
            "delegatedSubnetResourceId": world["snet-postgres"].id,
            "privateDnsZoneArmResourceId": world["zone"].id,
        }
    return made(world, "dbforpostgresql:Server", name, base, changes)


def replica(world: World, name: str = "psql-voice-read", source: str = "psql-voice", **changes: Any) -> Made:
    base: dict[str, Any] = {
        "serverName": name,
        "createMode": "Replica",
        "sourceServerResourceId": world[source].id,
        "sku": {"name": "Standard_D4ds_v5", "tier": "GeneralPurpose"},
        "storage": {"storageSizeGB": 256},
    }
    return made(world, "dbforpostgresql:Server", name, base, changes)


def database(world: World, name: str = "voice", **changes: Any) -> Made:
    return made(world, "dbforpostgresql:Database", name, {"serverName": "psql-voice", "databaseName": name}, changes)


def parameter(world: World, name: str = "log_connections", value: str | None = "on", **changes: Any) -> Made:
    base = {"serverName": "psql-voice", "configurationName": name, "value": value, "source": "user-override"}
    return made(world, "dbforpostgresql:Configuration", name, base, changes)


def administrator(world: World, principal: str = PERSON, **changes: Any) -> Made:
    base = {
        "serverName": "psql-voice",
        "objectId": principal,
        "principalName": "database-team",
        "principalType": "Group",
        "tenantId": world.client.tenant_id,
    }
    return made(world, "dbforpostgresql:AdministratorsMicrosoftEntra", "administrator", base, changes)


def virtual_endpoint(world: World, *members: str, name: str = "psql-voice-entry", **changes: Any) -> Made:
    base = {"serverName": "psql-voice", "virtualEndpointName": name, "members": list(members)}
    return made(world, "dbforpostgresql:VirtualEndpoint", name, base, changes)
