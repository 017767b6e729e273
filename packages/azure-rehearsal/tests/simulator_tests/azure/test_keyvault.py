"""Key vaults: versions of secrets, soft delete and recovery."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.azure.core.secret_digest import digest, matches_digest
from azure_rehearsal.azure.services.keyvault.soft_deleted import purge_vault
from simulator_tests.azure.harness import GROUP, AzureHarness, Deployed, refused
from simulator_tests.azure.keyvault_setup import vault_deleted, with_vault
from simulator_tests.azure.makers.keyvault import secret, vault

VALUE = "horse battery staple"


def version_of(made: Deployed) -> str:
    return made["properties"]["secretUriWithVersion"].rsplit("/", 1)[-1]


def test_the_vault_uri_contains_the_name(azure: AzureHarness) -> None:
    with_vault(azure)

    assert azure["kv-shop"]["properties"]["vaultUri"] == "https://kv-shop.vault.azure.net/"


def test_a_soft_deleted_vault_is_not_a_leftover(azure: AzureHarness) -> None:
    with_vault(azure)
    secret(azure)

    azure.delete(azure["db-password"])
    azure.delete(azure["kv-shop"])

    assert azure.cloud.leftovers() == [azure[GROUP].id]


def test_a_vault_deleted_with_its_group_is_soft_deleted(azure: AzureHarness) -> None:
    with_vault(azure)
    azure.delete(azure[GROUP])
    azure.group()

    with refused("ConflictError", "deleted state"):
        vault(azure)


def test_recovery_of_a_vault_restores_its_secrets(azure: AzureHarness) -> None:
    with_vault(azure)
    before = secret(azure, value=VALUE)
    azure.delete(azure["kv-shop"])
    assert azure.read(before) is None

    vault(azure, createMode="recover")

    live = azure.read(before)
    assert live is not None
    assert live[1]["properties"]["secretUriWithVersion"] == before["properties"]["secretUriWithVersion"]


def test_a_recovered_vault_keeps_its_irreversible_settings(azure: AzureHarness) -> None:
    azure.group()
    vault(azure, softDeleteRetentionInDays=30)
    azure.delete(azure["kv-shop"])

    made = vault(azure, createMode="recover", enablePurgeProtection=None)

    assert made["properties"]["softDeleteRetentionInDays"] == 30
    assert made["properties"]["enablePurgeProtection"] is True


def test_a_recovered_vault_can_be_updated_with_create_mode_recover(azure: AzureHarness) -> None:
    vault_deleted(azure)
    made = vault(azure, createMode="recover")

    assert azure.change(made, tags={"owner": "shop"})["tags"] == {"owner": "shop"}


def test_a_purged_vault_name_is_available(azure: AzureHarness) -> None:
    vault_deleted(azure)

    purge_vault(azure.cloud, "kv-shop")

    assert vault(azure)["name"] == "kv-shop"


def test_soft_deleted_vaults_are_stored_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "azure.json"
    azure = AzureHarness(Cloud.open(path, write_seconds=0))
    vault_deleted(azure)

    again = AzureHarness(Cloud.open(path, write_seconds=0))

    with refused("ConflictError"):
        vault(again)


def test_a_changed_value_creates_a_new_version(azure: AzureHarness) -> None:
    with_vault(azure)
    first = secret(azure, value=VALUE)

    second = azure.change(first, properties={"value": "another"})

    assert version_of(second) != version_of(first)
    assert second["properties"]["secretUri"] == "https://kv-shop.vault.azure.net/secrets/db-password"


def test_other_changes_keep_the_version(azure: AzureHarness) -> None:
    with_vault(azure)
    first = secret(azure, value=VALUE)

    second = azure.change(first, properties={"attributes": {"expires": 2_000_000_000}})

    assert version_of(second) == version_of(first)
    assert second["properties"]["attributes"] == {"enabled": True, "expires": 2_000_000_000}


def test_the_provider_recovers_a_deleted_secret_with_the_same_name(azure: AzureHarness) -> None:
    with_vault(azure)
    first = secret(azure, value=VALUE)
    azure.delete(first)
    assert first.id not in azure.cloud.leftovers()

    again, changed = secret(azure, value=VALUE), secret(azure, "other")

    assert version_of(again) == version_of(first)
    assert version_of(changed) != version_of(first)


def test_recovery_of_a_vault_does_not_restore_secrets_deleted_before(azure: AzureHarness) -> None:
    with_vault(azure)
    first = secret(azure, value=VALUE)
    azure.delete(first)
    azure.delete(azure["kv-shop"])

    vault(azure, createMode="recover")

    assert azure.read(first) is None
    assert version_of(secret(azure, value="another")) != version_of(first)


def test_secret_values_are_not_in_the_file_or_the_outputs(tmp_path: Path) -> None:
    path = tmp_path / "azure.json"
    azure = AzureHarness(Cloud.open(path, write_seconds=0))
    with_vault(azure)

    made = azure.change(secret(azure, value=VALUE), properties={"contentType": "password"})
    azure.delete(made)
    azure.delete(azure["kv-shop"])

    assert VALUE not in path.read_text(encoding="utf-8")
    assert VALUE not in json.dumps(made.outputs)


def test_a_refresh_keeps_the_value_in_the_inputs(azure: AzureHarness) -> None:
    with_vault(azure)
    made = secret(azure, value=VALUE)

    live = azure.read(made)

    assert live is not None
    assert live[2]["properties"]["value"] == VALUE


@pytest.mark.parametrize("other", ["", "Horse battery staple", None, 4])
def test_a_digest_matches_only_its_value(other: object) -> None:
    kept = digest(VALUE)

    assert matches_digest(VALUE, kept)
    assert not matches_digest(other, kept)
    assert digest(VALUE) != kept
