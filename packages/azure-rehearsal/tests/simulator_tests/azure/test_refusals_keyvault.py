"""Azure's refusals of vaults and secrets."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.harness import AzureHarness, Case, refused
from simulator_tests.azure.keyvault_setup import vault_deleted, with_vault
from simulator_tests.azure.makers.keyvault import secret, vault

CASES: Final = [
    Case(
        "keyvault:Vault",
        "a name with two hyphens in a row",
        lambda azure: vault(azure, "kv--shop"),
        "VaultNameNotValid",
        ("kv--shop", "not contain consecutive hyphens"),
        setup=AzureHarness.group,
    ),
    Case(
        "keyvault:Vault",
        "a name that another vault has",
        lambda azure: (
            azure.group("rg-other"),
            azure.make(
                "keyvault:Vault",
                "second",
                resourceGroupName="rg-other",
                vaultName="KV-shop",
                properties=azure["kv-shop"].inputs["properties"],
            ),
        ),
        "VaultAlreadyExists",
        ("globally unique", "choose another name"),
        setup=with_vault,
    ),
    Case(
        "keyvault:Vault",
        "the name of a deleted vault",
        vault,
        "ConflictError",
        ("already exists in deleted state", "recover or purge", "set properties.createMode to recover"),
        setup=vault_deleted,
    ),
    Case(
        "keyvault:Vault",
        "recovery of a vault that was never deleted",
        lambda azure: vault(azure, createMode="recover"),
        "SoftDeletedVaultDoesNotExist",
        ("kv-shop", "remove createMode"),
        setup=AzureHarness.group,
    ),
    Case(
        "keyvault:Vault",
        "recovery into another region",
        lambda azure: azure.make(
            "keyvault:Vault",
            "kv",
            resourceGroupName="rg-shop",
            vaultName="kv-shop",
            location="northeurope",
            properties={**azure["kv-shop"].inputs["properties"], "createMode": "recover"},
        ),
        "SoftDeletedVaultDoesNotExist",
        ("'northeurope'", "'westeurope'"),
        setup=vault_deleted,
    ),
    Case(
        "keyvault:Vault",
        "soft delete for two days",
        lambda azure: vault(azure, softDeleteRetentionInDays=2),
        "BadRequest",
        ("softDeleteRetentionInDays", "7 to 90"),
        setup=AzureHarness.group,
    ),
    Case(
        "keyvault:Vault",
        "another retention for a vault that exists",
        lambda azure: azure.change(azure["kv-shop"], properties={"softDeleteRetentionInDays": 7}),
        "BadRequest",
        ("has been set already and it can't be modified", "90 days"),
        setup=with_vault,
    ),
    Case(
        "keyvault:Vault",
        "no soft delete",
        lambda azure: vault(azure, enableSoftDelete=False),
        "BadRequest",
        ("enableSoftDelete", "irreversible"),
        setup=AzureHarness.group,
    ),
    Case(
        "keyvault:Vault",
        "disabled purge protection",
        lambda azure: azure.change(azure["kv-shop"], properties={"enablePurgeProtection": False}),
        "BadRequest",
        ('"enablePurgeProtection" cannot be set to false',),
        setup=with_vault,
    ),
    Case(
        "keyvault:Vault",
        "purge protection false at creation",
        lambda azure: vault(azure, enablePurgeProtection=False),
        "BadRequest",
        ('"enablePurgeProtection" cannot be set to false', "remove it"),
        setup=AzureHarness.group,
    ),
    Case(
        "keyvault:Vault",
        "a subnet without service endpoint",
        lambda azure: vault(
            azure, networkAcls={"defaultAction": "Deny", "virtualNetworkRules": [{"id": azure["snet-nodes"].id}]}
        ),
        "SubnetsHaveNoServiceEndpointsConfigured",
        ("snet-nodes", "Microsoft.KeyVault"),
        setup=lambda azure: (azure.group(), azure.network(), azure.subnet()),
    ),
    Case(
        "keyvault:Vault",
        "another location",
        lambda azure: azure.change(azure["kv-shop"], location="northeurope"),
        "InvalidResourceLocation",
        ("already exists in location 'westeurope'",),
        setup=with_vault,
    ),
    Case(
        "keyvault:Secret",
        "a vault that does not exist",
        secret,
        "ParentResourceNotFound",
        ("kv-shop",),
        setup=AzureHarness.group,
    ),
    Case(
        "keyvault:Secret",
        "a value that is too large",
        lambda azure: secret(azure, value="x" * 30_000),
        "BadParameter",
        ("30000 bytes", "25600"),
        setup=with_vault,
    ),
    Case(
        "keyvault:Secret",
        "a long content type",
        lambda azure: secret(azure, contentType="x" * 256),
        "BadParameter",
        ("256 characters", "255"),
        setup=with_vault,
    ),
    Case(
        "keyvault:Secret",
        "an expiry before the start",
        lambda azure: secret(azure, attributes={"notBefore": 2_000_000_000, "expires": 1_900_000_000}),
        "BadParameter",
        ("1900000000", "seconds since 1970-01-01"),
        setup=with_vault,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)
