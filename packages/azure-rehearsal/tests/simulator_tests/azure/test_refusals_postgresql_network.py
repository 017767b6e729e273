"""Azure's refusals of PostgreSQL servers: networking mode, subnet, private DNS zone."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.makers.common import DATABASE_ZONE, POSTGRES_DELEGATION
from simulator_tests.azure.makers.dbforpostgresql import database_network, database_subnet, server
from simulator_tests.azure.makers.private_endpoints import dns_zone
from simulator_tests.azure.postgresql_setup import private_server, server_given
from simulator_tests.azure.world import Case, World, refused

CASES: Final = [
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
            network={"privateDnsZoneArmResourceId": dns_zone(world, "b.private.postgres.database.azure.com").id},
        ),
        "PrivateDnsZoneChangeNotAllowed",
        ("high availability is on", DATABASE_ZONE),
        given=private_server,
    ),
]


def test_a_delegation_beside_others_is_not_enough(world: World) -> None:
    database_network(world)
    other = {"name": "other", "serviceName": "Microsoft.ContainerInstance/containerGroups"}
    subnet = world.subnet("snet-two", "10.10.30.0/28", delegations=[POSTGRES_DELEGATION, other])

    with refused("SubnetNotDelegated", "nothing else"):
        server(world, network={"delegatedSubnetResourceId": subnet.id})


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)
