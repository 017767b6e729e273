"""What Azure refuses of private endpoints and their DNS zones; which addresses and records they get."""

from __future__ import annotations

import time
from typing import Final

import pytest

from simulator_tests.azure.services import (
    account,
    cosmos,
    database_network,
    dns_zone,
    dns_zone_group,
    endpoint_subnet,
    private_endpoint,
    redis,
    registry,
    replication,
    server,
    vault,
)
from simulator_tests.azure.test_operations import SLOW_SECONDS, at_once
from simulator_tests.azure.world import GROUP, Case, World, refused

VAULT_ZONE: Final = "privatelink.vaultcore.azure.net"


def vault_given(world: World) -> None:
    world.group()
    world.network()
    endpoint_subnet(world)
    vault(world)


def endpoint_given(world: World) -> None:
    vault_given(world)
    private_endpoint(world, world["kv-voice"], "vault")
    dns_zone(world, VAULT_ZONE)


def network_elsewhere(world: World) -> None:
    world.group()
    world.network(location="northeurope")
    endpoint_subnet(world)
    vault(world)


def connections(world: World, *groups: str) -> list[dict[str, object]]:
    return [{"name": group, "groupIds": [group], "privateLinkServiceId": world["kv-voice"].id} for group in groups]


CASES: Final = [
    Case(
        "network:PrivateEndpoint",
        "two connections",
        lambda world: private_endpoint(
            world, world["kv-voice"], "vault", privateLinkServiceConnections=connections(world, "vault", "vault")
        ),
        "PrivateEndpointMustHaveOneConnection",
        ("2 private link service connections",),
        given=vault_given,
    ),
    Case(
        "network:PrivateEndpoint",
        "a connection without a name",
        lambda world: private_endpoint(
            world,
            world["kv-voice"],
            "vault",
            privateLinkServiceConnections=[{"groupIds": ["vault"], "privateLinkServiceId": world["kv-voice"].id}],
        ),
        "InvalidRequestFormat",
        ("Cannot parse the request",),
        given=vault_given,
    ),
    Case(
        "network:PrivateEndpoint",
        "no group id",
        lambda world: private_endpoint(
            world,
            world["kv-voice"],
            "vault",
            privateLinkServiceConnections=[{"name": "pe", "privateLinkServiceId": world["kv-voice"].id}],
        ),
        "MissingParameterOnPrivateLinkServiceConnection",
        ("is missing required parameter 'group Id'",),
        given=vault_given,
    ),
    Case(
        "network:PrivateEndpoint",
        "a group id of another service",
        lambda world: private_endpoint(world, world["kv-voice"], "blob"),
        "BadRequest",
        ("Call to Microsoft.KeyVault/vaults failed", "Invalid groupId 'blob'", "it has vault"),
        given=vault_given,
    ),
    Case(
        "network:PrivateEndpoint",
        "the secondary endpoint of an account without one",
        lambda world: private_endpoint(world, account(world), "blob_secondary"),
        "BadRequest",
        ("Invalid groupId 'blob_secondary'",),
        given=vault_given,
    ),
    Case(
        "network:PrivateEndpoint",
        "a target that does not exist",
        lambda world: (world.delete(world["kv-voice"]), private_endpoint(world, world["kv-voice"], "vault")),
        "InvalidResourceReference",
        ("kv-voice",),
        given=vault_given,
    ),
    Case(
        "network:PrivateEndpoint",
        "a registry that is not Premium",
        lambda world: private_endpoint(world, registry(world, sku={"name": "Standard"}), "registry"),
        "BadRequest",
        ("Premium SKU", "'Standard'"),
        given=vault_given,
    ),
    Case(
        "network:PrivateEndpoint",
        "a database server inside the network",
        lambda world: (
            database_network(world),
            endpoint_subnet(world),
            private_endpoint(world, server(world), "postgresqlServer"),
        ),
        "BadRequest",
        ("virtual network integration",),
    ),
    Case(
        "network:PrivateEndpoint",
        "no subnet",
        lambda world: private_endpoint(world, world["kv-voice"], "vault", subnet=None),
        "InvalidRequestFormat",
        ("needs a subnet",),
        given=vault_given,
    ),
    Case(
        "network:PrivateEndpoint",
        "a subnet of another region",
        lambda world: private_endpoint(world, world["kv-voice"], "vault"),
        "InvalidResourceReference",
        ("northeurope",),
        given=network_elsewhere,
    ),
    Case(
        "network:PrivateEndpoint",
        "a delegated subnet",
        lambda world: private_endpoint(world, vault(world), "vault", subnet={"id": world["snet-postgres"].id}),
        "PrivateEndpointCreationNotAllowedAsSubnetIsDelegated",
        ("since it is delegated", "flexibleServers"),
        given=lambda world: (database_network(world), endpoint_subnet(world)),
    ),
    Case(
        "network:PrivateEndpoint",
        "a subnet with too few addresses",
        lambda world: (
            cosmos(world),
            private_endpoint(world, world["cosmos-voice"], "Sql"),
            private_endpoint(world, world["kv-voice"], "vault", name="pe-vault"),
            private_endpoint(world, registry(world), "registry", name="pe-registry"),
        ),
        "SubnetIsFull",
        ("does not have enough capacity for 2 IP addresses", "0 are free"),
        given=lambda world: (
            world.group(), world.network(), endpoint_subnet(world, "10.10.9.0/29"), vault(world)
        ),
    ),
    Case(
        "network:PrivateDnsZoneGroup",
        "a second group of one endpoint",
        lambda world: (dns_zone_group(world, VAULT_ZONE), dns_zone_group(world, VAULT_ZONE, name="second")),
        "MoreThanOnePrivateDnsZoneGroupPerPrivateEndpointNotAllowed",
        ("privateDnsZoneGroups/default",),
        given=endpoint_given,
    ),
    Case(
        "network:PrivateDnsZoneGroup",
        "no zone",
        dns_zone_group,
        "InvalidRequestFormat",
        ("0 zones",),
        given=endpoint_given,
    ),
    Case(
        "network:PrivateDnsZoneGroup",
        "a zone that does not exist",
        lambda world: (world.delete(world[VAULT_ZONE]), dns_zone_group(world, VAULT_ZONE)),
        "InvalidResourceReference",
        (VAULT_ZONE,),
        given=endpoint_given,
    ),
    Case(
        "network:PrivateDnsZoneGroup",
        "something that is no zone",
        lambda world: dns_zone_group(
            world, VAULT_ZONE, privateDnsZoneConfigs=[{"name": "zone", "privateDnsZoneId": world["kv-voice"].id}]
        ),
        "InvalidRequestFormat",
        ("must be the id of a private DNS zone",),
        given=endpoint_given,
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)


def test_an_endpoint_gets_the_first_free_address_of_its_subnet(world: World) -> None:
    vault_given(world)

    first = private_endpoint(world, world["kv-voice"], "vault")
    second = private_endpoint(world, redis(world), "redisEnterprise", name="pe-redis")

    assert first["customDnsConfigs"] == [{"fqdn": "kv-voice.vault.azure.net", "ipAddresses": ["10.10.9.4"]}]
    assert second["customDnsConfigs"] == [
        {"fqdn": "redis-voice.westeurope.redis.azure.net", "ipAddresses": ["10.10.9.5"]}
    ]


def test_an_endpoint_keeps_its_address_when_it_is_written_again(world: World) -> None:
    vault_given(world)
    made = private_endpoint(world, world["kv-voice"], "vault")
    private_endpoint(world, redis(world), "redisEnterprise", name="pe-redis")

    assert world.change(made, tags={"owner": "voice"})["customDnsConfigs"] == made["customDnsConfigs"]


def test_a_deleted_endpoint_gives_its_address_back(world: World) -> None:
    vault_given(world)
    made = private_endpoint(world, world["kv-voice"], "vault")
    world.delete(made)

    again = private_endpoint(world, world["kv-voice"], "vault")

    assert again["customDnsConfigs"] == made["customDnsConfigs"]


def test_a_registry_takes_an_address_for_itself_and_one_for_the_data_of_each_region(world: World) -> None:
    vault_given(world)
    target = registry(world)
    replication(world)

    made = private_endpoint(world, target, "registry")

    assert [item["fqdn"] for item in made["customDnsConfigs"]] == [
        "acrvoice.azurecr.io",
        "acrvoice.westeurope.data.azurecr.io",
        "acrvoice.northeurope.data.azurecr.io",
    ]


def test_an_endpoint_registers_in_the_zone_of_its_service_and_in_no_other(world: World) -> None:
    endpoint_given(world)
    dns_zone(world, "privatelink.redis.azure.net")

    made = dns_zone_group(world, VAULT_ZONE, "privatelink.redis.azure.net")

    right, wrong = made["privateDnsZoneConfigs"]
    assert [(item["recordSetName"], item["ipAddresses"]) for item in right["recordSets"]] == [
        ("kv-voice", ["10.10.9.4"])
    ]
    assert wrong["recordSets"] == []


def test_the_target_shows_its_connections(world: World) -> None:
    endpoint_given(world)

    live = world.ask("keyvault:getVault", resourceGroupName=GROUP, vaultName="kv-voice")

    assert [item["privateEndpoint"]["id"] for item in live["properties"]["privateEndpointConnections"]] == [
        world["pe-voice"].id
    ]


def test_another_subnet_replaces_an_endpoint(world: World) -> None:
    endpoint_given(world)

    assert world.difference(world["pe-voice"], subnet={"id": "/elsewhere"}).replaces == ["subnet.id"]


def test_a_subnet_with_endpoints_stays(world: World) -> None:
    endpoint_given(world)

    with refused("InUseSubnetCannotBeDeleted", "pe-voice"):
        world.delete(world["snet-endpoints"])


def test_an_endpoint_waits_for_writes_on_its_network(world: World) -> None:
    vault_given(world)

    def a_little_later(world: World) -> None:
        time.sleep(SLOW_SECONDS / 4)
        private_endpoint(world, world["kv-voice"], "vault")

    refusals = at_once(world, lambda world: world.subnet("snet-late", "10.10.20.0/24"), a_little_later)

    assert [item.code for item in refusals] == ["ReferencedResourceNotProvisioned"]
    assert "snet-late" in refusals[0].remediation
