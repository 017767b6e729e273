"""Azure's refusals of PostgreSQL servers: networking mode, subnet, private DNS zone."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.harness import AzureHarness, Case, refused
from simulator_tests.azure.makers.common import DATABASE_ZONE, POSTGRES_DELEGATION
from simulator_tests.azure.makers.dbforpostgresql import database_network, database_subnet, server
from simulator_tests.azure.makers.private_endpoints import dns_zone
from simulator_tests.azure.postgresql_setup import private_server, with_server

CASES: Final = [
    Case(
        "dbforpostgresql:Server",
        "a delegated subnet without a zone",
        lambda azure: server(azure, network={"privateDnsZoneArmResourceId": None}),
        "EmptyPrivateDnsZoneArmResourceId",
        ("The parameter PrivateDnsZoneArguments is required",),
        setup=database_network,
    ),
    Case(
        "dbforpostgresql:Server",
        "a zone without a subnet",
        lambda azure: server(azure, network={"delegatedSubnetResourceId": None}),
        "InvalidParameterValue",
        ("no delegated subnet",),
        setup=database_network,
    ),
    Case(
        "dbforpostgresql:Server",
        "a zone of another service",
        lambda azure: server(
            azure, network={"privateDnsZoneArmResourceId": dns_zone(azure, "privatelink.redis.azure.net").id}
        ),
        "InvalidPrivateDnsZoneName",
        ("must end with .postgres.database.azure.com",),
        setup=database_network,
    ),
    Case(
        "dbforpostgresql:Server",
        "a zone with the server's own name",
        lambda azure: server(
            azure,
            network={"privateDnsZoneArmResourceId": dns_zone(azure, "psql-shop.postgres.database.azure.com").id},
        ),
        "InvalidPrivateDnsZoneName",
        ("not be psql-shop.postgres.database.azure.com",),
        setup=database_network,
    ),
    Case(
        "dbforpostgresql:Server",
        "a subnet that is not delegated",
        lambda azure: server(azure, network={"delegatedSubnetResourceId": azure.subnet().id}),
        "SubnetNotDelegated",
        ("Microsoft.DBforPostgreSQL/flexibleServers", "no delegation"),
        setup=database_network,
    ),
    Case(
        "dbforpostgresql:Server",
        "a subnet of another region",
        lambda azure: server(azure, location="northeurope"),
        "InvalidParameterValue",
        ("'westeurope'", "'northeurope'"),
        setup=database_network,
    ),
    Case(
        "dbforpostgresql:Server",
        "a subnet smaller than sixteen addresses",
        server,
        "InvalidParameterValue",
        ("/29", "/28"),
        setup=lambda azure: database_network(azure, "10.10.8.0/29"),
    ),
    Case(
        "dbforpostgresql:Server",
        "one server more than the subnet holds",
        lambda azure: [server(azure, f"psql-shop-{number}") for number in range(3)],
        "SubnetIsFull",
        ("12 IP addresses", "11 are usable"),
        setup=database_network,
    ),
    Case(
        "dbforpostgresql:Server",
        "a subnet after creation",
        lambda azure: (
            database_subnet(azure),
            azure.change(
                azure["psql-shop"],
                network={
                    "delegatedSubnetResourceId": azure["snet-postgres"].id,
                    "privateDnsZoneArmResourceId": azure["zone"].id,
                },
            ),
        ),
        "VnetIntegrationChangeNotAllowed",
        ("chosen at creation",),
        setup=with_server,
    ),
    Case(
        "dbforpostgresql:Server",
        "a removed subnet",
        lambda azure: azure.change(azure["psql-shop"], network=None),
        "VnetIntegrationChangeNotAllowed",
        ("snet-postgres",),
        setup=private_server,
    ),
    Case(
        "dbforpostgresql:Server",
        "another zone with high availability",
        lambda azure: azure.change(
            azure["psql-shop"],
            network={"privateDnsZoneArmResourceId": dns_zone(azure, "b.private.postgres.database.azure.com").id},
        ),
        "PrivateDnsZoneChangeNotAllowed",
        ("high availability is on", DATABASE_ZONE),
        setup=private_server,
    ),
]


def test_an_additional_delegation_is_refused(azure: AzureHarness) -> None:
    database_network(azure)
    other = {"name": "other", "serviceName": "Microsoft.ContainerInstance/containerGroups"}
    subnet = azure.subnet("snet-two", "10.10.30.0/28", delegations=[POSTGRES_DELEGATION, other])

    with refused("SubnetNotDelegated", "nothing else"):
        server(azure, network={"delegatedSubnetResourceId": subnet.id})


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)
