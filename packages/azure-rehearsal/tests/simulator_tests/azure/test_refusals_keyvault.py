"""What Azure refuses of vaults and secrets, in its own words."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.keyvault_setup import vault_deleted, vault_given
from simulator_tests.azure.makers.keyvault import secret, vault
from simulator_tests.azure.world import Case, World, refused

CASES: Final = [
    Case(
        "keyvault:Vault",
        "a name with two hyphens in a row",
        lambda world: vault(world, "kv--voice"),
        "VaultNameNotValid",
        ("kv--voice", "not contain consecutive hyphens"),
        given=World.group,
    ),
    Case(
        "keyvault:Vault",
        "a name that another vault has",
        lambda world: (
            world.group("rg-other"),
            world.make(
                "keyvault:Vault",
                "second",
                resourceGroupName="rg-other",
                vaultName="KV-voice",
                properties=world["kv-voice"].inputs["properties"],
            ),
        ),
        "VaultAlreadyExists",
        ("globally unique", "choose another name"),
        given=vault_given,
    ),
    Case(
        "keyvault:Vault",
        "the name of a deleted vault",
        vault,
        "ConflictError",
        ("already exists in deleted state", "recover or purge", "set properties.createMode to recover"),
        given=vault_deleted,
    ),
    Case(
        "keyvault:Vault",
        "recovery of a vault that never was",
        lambda world: vault(world, createMode="recover"),
        "SoftDeletedVaultDoesNotExist",
        ("kv-voice", "remove createMode"),
        given=World.group,
    ),
    Case(
        "keyvault:Vault",
        "recovery into another region",
        lambda world: world.make(
            "keyvault:Vault",
            "kv",
            resourceGroupName="rg-voice",
            vaultName="kv-voice",
            location="northeurope",
            properties={**world["kv-voice"].inputs["properties"], "createMode": "recover"},
        ),
        "SoftDeletedVaultDoesNotExist",
        ("'northeurope'", "'westeurope'"),
        given=vault_deleted,
    ),
    Case(
        "keyvault:Vault",
        "soft delete for two days",
        lambda world: vault(world, softDeleteRetentionInDays=2),
        "BadRequest",
        ("softDeleteRetentionInDays", "7 to 90"),
        given=World.group,
    ),
    Case(
        "keyvault:Vault",
        "another retention for a vault that exists",
        lambda world: world.change(world["kv-voice"], properties={"softDeleteRetentionInDays": 7}),
        "BadRequest",
        ("has been set already and it can't be modified", "90 days"),
        given=vault_given,
    ),
    Case(
        "keyvault:Vault",
        "no soft delete",
        lambda world: vault(world, enableSoftDelete=False),
        "BadRequest",
        ("enableSoftDelete", "irreversible"),
        given=World.group,
    ),
    Case(
        "keyvault:Vault",
        "purge protection taken away",
        lambda world: world.change(world["kv-voice"], properties={"enablePurgeProtection": False}),
        "BadRequest",
        ('"enablePurgeProtection" cannot be set to false',),
        given=vault_given,
    ),
    Case(
        "keyvault:Vault",
        "purge protection that is false from the beginning",
        lambda world: vault(world, enablePurgeProtection=False),
        "BadRequest",
        ('"enablePurgeProtection" cannot be set to false', "remove it"),
        given=World.group,
    ),
    Case(
        "keyvault:Vault",
        "a subnet without service endpoint",
        lambda world: vault(
            world, networkAcls={"defaultAction": "Deny", "virtualNetworkRules": [{"id": world["snet-nodes"].id}]}
        ),
        "SubnetsHaveNoServiceEndpointsConfigured",
        ("snet-nodes", "Microsoft.KeyVault"),
        given=lambda world: (world.group(), world.network(), world.subnet()),
    ),
    Case(
        "keyvault:Vault",
        "another location",
        lambda world: world.change(world["kv-voice"], location="northeurope"),
        "InvalidResourceLocation",
        ("already exists in location 'westeurope'",),
        given=vault_given,
    ),
    Case(
        "keyvault:Secret",
        "a vault that does not exist",
        secret,
        "ParentResourceNotFound",
        ("kv-voice",),
        given=World.group,
    ),
    Case(
        "keyvault:Secret",
        "a value that is too large",
        lambda world: secret(world, value="x" * 30_000),
        "BadParameter",
        ("30000 bytes", "25600"),
        given=vault_given,
    ),
    Case(
        "keyvault:Secret",
        "a long content type",
        lambda world: secret(world, contentType="x" * 256),
        "BadParameter",
        ("256 characters", "255"),
        given=vault_given,
    ),
    Case(
        "keyvault:Secret",
        "an end before its beginning",
        lambda world: secret(world, attributes={"notBefore": 2_000_000_000, "expires": 1_900_000_000}),
        "BadParameter",
        ("1900000000", "seconds since 1970-01-01"),
        given=vault_given,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)
