"""Azure's refusals of private endpoints and DNS zone groups; their addresses and records."""

from __future__ import annotations

import time
from typing import Final

import pytest

from simulator_tests.azure.concurrency import SLOW_SECONDS, run_concurrently
from simulator_tests.azure.harness import GROUP, AzureHarness, Case, refused
from simulator_tests.azure.makers.containerregistry import registry, replication
from simulator_tests.azure.makers.cosmosdb import cosmos
from simulator_tests.azure.makers.dbforpostgresql import database_network, server
from simulator_tests.azure.makers.keyvault import vault
from simulator_tests.azure.makers.private_endpoints import dns_zone, dns_zone_group, endpoint_subnet, private_endpoint
from simulator_tests.azure.makers.redisenterprise import redis
from simulator_tests.azure.makers.storage import account

VAULT_ZONE: Final = "privatelink.vaultcore.azure.net"


def with_vault(azure: AzureHarness) -> None:
    azure.group()
    azure.network()
    endpoint_subnet(azure)
    vault(azure)


def with_endpoint(azure: AzureHarness) -> None:
    with_vault(azure)
    private_endpoint(azure, azure["kv-shop"], "vault")
    dns_zone(azure, VAULT_ZONE)


def network_elsewhere(azure: AzureHarness) -> None:
    azure.group()
    azure.network(location="northeurope")
    endpoint_subnet(azure)
    vault(azure)


def connections(azure: AzureHarness, *groups: str) -> list[dict[str, object]]:
    return [{"name": group, "groupIds": [group], "privateLinkServiceId": azure["kv-shop"].id} for group in groups]


CASES: Final = [
    Case(
        "network:PrivateEndpoint",
        "two connections",
        lambda azure: private_endpoint(
            azure, azure["kv-shop"], "vault", privateLinkServiceConnections=connections(azure, "vault", "vault")
        ),
        "PrivateEndpointMustHaveOneConnection",
        ("2 private link service connections",),
        setup=with_vault,
    ),
    Case(
        "network:PrivateEndpoint",
        "a connection without a name",
        lambda azure: private_endpoint(
            azure,
            azure["kv-shop"],
            "vault",
            privateLinkServiceConnections=[{"groupIds": ["vault"], "privateLinkServiceId": azure["kv-shop"].id}],
        ),
        "InvalidRequestFormat",
        ("Cannot parse the request",),
        setup=with_vault,
    ),
    Case(
        "network:PrivateEndpoint",
        "no group id",
        lambda azure: private_endpoint(
            azure,
            azure["kv-shop"],
            "vault",
            privateLinkServiceConnections=[{"name": "pe", "privateLinkServiceId": azure["kv-shop"].id}],
        ),
        "MissingParameterOnPrivateLinkServiceConnection",
        ("is missing required parameter 'group Id'",),
        setup=with_vault,
    ),
    Case(
        "network:PrivateEndpoint",
        "a group id of another service",
        lambda azure: private_endpoint(azure, azure["kv-shop"], "blob"),
        "BadRequest",
        ("Call to Microsoft.KeyVault/vaults failed", "Invalid groupId 'blob'", "group ids are vault"),
        setup=with_vault,
    ),
    Case(
        "network:PrivateEndpoint",
        "the secondary endpoint of an account without one",
        lambda azure: private_endpoint(azure, account(azure), "blob_secondary"),
        "BadRequest",
        ("Invalid groupId 'blob_secondary'",),
        setup=with_vault,
    ),
    Case(
        "network:PrivateEndpoint",
        "a target that does not exist",
        lambda azure: (azure.delete(azure["kv-shop"]), private_endpoint(azure, azure["kv-shop"], "vault")),
        "InvalidResourceReference",
        ("kv-shop",),
        setup=with_vault,
    ),
    Case(
        "network:PrivateEndpoint",
        "a registry that is not Premium",
        lambda azure: private_endpoint(azure, registry(azure, sku={"name": "Standard"}), "registry"),
        "BadRequest",
        ("Premium SKU", "'Standard'"),
        setup=with_vault,
    ),
    Case(
        "network:PrivateEndpoint",
        "a database server inside the network",
        lambda azure: (
            database_network(azure),
            endpoint_subnet(azure),
            private_endpoint(azure, server(azure), "postgresqlServer"),
        ),
        "BadRequest",
        ("virtual network integration",),
    ),
    Case(
        "network:PrivateEndpoint",
        "no subnet",
        lambda azure: private_endpoint(azure, azure["kv-shop"], "vault", subnet=None),
        "InvalidRequestFormat",
        ("requires a subnet",),
        setup=with_vault,
    ),
    Case(
        "network:PrivateEndpoint",
        "a subnet of another region",
        lambda azure: private_endpoint(azure, azure["kv-shop"], "vault"),
        "InvalidResourceReference",
        ("northeurope",),
        setup=network_elsewhere,
    ),
    Case(
        "network:PrivateEndpoint",
        "a delegated subnet",
        lambda azure: private_endpoint(azure, vault(azure), "vault", subnet={"id": azure["snet-postgres"].id}),
        "PrivateEndpointCreationNotAllowedAsSubnetIsDelegated",
        ("since it is delegated", "flexibleServers"),
        setup=lambda azure: (database_network(azure), endpoint_subnet(azure)),
    ),
    Case(
        "network:PrivateEndpoint",
        "a subnet with too few addresses",
        lambda azure: (
            cosmos(azure),
            private_endpoint(azure, azure["cosmos-shop"], "Sql"),
            private_endpoint(azure, azure["kv-shop"], "vault", name="pe-vault"),
            private_endpoint(azure, registry(azure), "registry", name="pe-registry"),
        ),
        "SubnetIsFull",
        ("does not have enough capacity for 2 IP addresses", "0 are free"),
        setup=lambda azure: (
            azure.group(), azure.network(), endpoint_subnet(azure, "10.10.9.0/29"), vault(azure)
        ),
    ),
    Case(
        "network:PrivateDnsZoneGroup",
        "a second group of one endpoint",
        lambda azure: (dns_zone_group(azure, VAULT_ZONE), dns_zone_group(azure, VAULT_ZONE, name="second")),
        "MoreThanOnePrivateDnsZoneGroupPerPrivateEndpointNotAllowed",
        ("privateDnsZoneGroups/default",),
        setup=with_endpoint,
    ),
    Case(
        "network:PrivateDnsZoneGroup",
        "no zone",
        dns_zone_group,
        "InvalidRequestFormat",
        ("0 zones",),
        setup=with_endpoint,
    ),
    Case(
        "network:PrivateDnsZoneGroup",
        "a zone that does not exist",
        lambda azure: (azure.delete(azure[VAULT_ZONE]), dns_zone_group(azure, VAULT_ZONE)),
        "InvalidResourceReference",
        (VAULT_ZONE,),
        setup=with_endpoint,
    ),
    Case(
        "network:PrivateDnsZoneGroup",
        "an id that is not a zone",
        lambda azure: dns_zone_group(
            azure, VAULT_ZONE, privateDnsZoneConfigs=[{"name": "zone", "privateDnsZoneId": azure["kv-shop"].id}]
        ),
        "InvalidRequestFormat",
        ("must be the id of a private DNS zone",),
        setup=with_endpoint,
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)


def test_an_endpoint_gets_the_first_free_address_of_its_subnet(azure: AzureHarness) -> None:
    with_vault(azure)

    first = private_endpoint(azure, azure["kv-shop"], "vault")
    second = private_endpoint(azure, redis(azure), "redisEnterprise", name="pe-redis")

    assert first["customDnsConfigs"] == [{"fqdn": "kv-shop.vault.azure.net", "ipAddresses": ["10.10.9.4"]}]
    assert second["customDnsConfigs"] == [
        {"fqdn": "redis-shop.westeurope.redis.azure.net", "ipAddresses": ["10.10.9.5"]}
    ]


def test_an_endpoint_update_keeps_its_address(azure: AzureHarness) -> None:
    with_vault(azure)
    made = private_endpoint(azure, azure["kv-shop"], "vault")
    private_endpoint(azure, redis(azure), "redisEnterprise", name="pe-redis")

    assert azure.change(made, tags={"owner": "shop"})["customDnsConfigs"] == made["customDnsConfigs"]


def test_the_address_of_a_deleted_endpoint_is_free(azure: AzureHarness) -> None:
    with_vault(azure)
    made = private_endpoint(azure, azure["kv-shop"], "vault")
    azure.delete(made)

    again = private_endpoint(azure, azure["kv-shop"], "vault")

    assert again["customDnsConfigs"] == made["customDnsConfigs"]


def test_a_registry_endpoint_has_one_address_for_login_and_one_per_region(azure: AzureHarness) -> None:
    with_vault(azure)
    target = registry(azure)
    replication(azure)

    made = private_endpoint(azure, target, "registry")

    assert [item["fqdn"] for item in made["customDnsConfigs"]] == [
        "acrshop.azurecr.io",
        "acrshop.westeurope.data.azurecr.io",
        "acrshop.northeurope.data.azurecr.io",
    ]


def test_an_endpoint_registers_only_in_the_zone_of_its_service(azure: AzureHarness) -> None:
    with_endpoint(azure)
    dns_zone(azure, "privatelink.redis.azure.net")

    made = dns_zone_group(azure, VAULT_ZONE, "privatelink.redis.azure.net")

    right, wrong = made["privateDnsZoneConfigs"]
    assert [(item["recordSetName"], item["ipAddresses"]) for item in right["recordSets"]] == [
        ("kv-shop", ["10.10.9.4"])
    ]
    assert wrong["recordSets"] == []


def test_the_target_lists_its_connections(azure: AzureHarness) -> None:
    with_endpoint(azure)

    live = azure.invoke("keyvault:getVault", resourceGroupName=GROUP, vaultName="kv-shop")

    assert [item["privateEndpoint"]["id"] for item in live["properties"]["privateEndpointConnections"]] == [
        azure["pe-shop"].id
    ]


def test_another_subnet_replaces_an_endpoint(azure: AzureHarness) -> None:
    with_endpoint(azure)

    assert azure.diff(azure["pe-shop"], subnet={"id": "/elsewhere"}).replaces == ["subnet.id"]


def test_a_subnet_with_endpoints_cannot_be_deleted(azure: AzureHarness) -> None:
    with_endpoint(azure)

    with refused("InUseSubnetCannotBeDeleted", "pe-shop"):
        azure.delete(azure["snet-endpoints"])


def test_an_endpoint_is_refused_during_writes_on_its_network(azure: AzureHarness) -> None:
    with_vault(azure)

    def a_little_later(azure: AzureHarness) -> None:
        time.sleep(SLOW_SECONDS / 4)
        private_endpoint(azure, azure["kv-shop"], "vault")

    refusals = run_concurrently(azure, lambda azure: azure.subnet("snet-late", "10.10.20.0/24"), a_little_later)

    assert [item.code for item in refusals] == ["ReferencedResourceNotProvisioned"]
    assert "snet-late" in refusals[0].remediation
