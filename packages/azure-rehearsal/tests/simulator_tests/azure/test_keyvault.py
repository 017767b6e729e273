"""What a vault remembers: versions of secrets, and what was deleted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.azure.core.secret_digest import digest, matches_digest
from azure_rehearsal.azure.services.keyvault.soft_deleted import purge_vault
from simulator_tests.azure.keyvault_setup import vault_deleted, vault_given
from simulator_tests.azure.makers.keyvault import secret, vault
from simulator_tests.azure.world import GROUP, Made, World, refused

VALUE = "horse battery staple"


def version_of(made: Made) -> str:
    return made["properties"]["secretUriWithVersion"].rsplit("/", 1)[-1]


def test_a_vault_is_reached_under_its_name(world: World) -> None:
    vault_given(world)

    assert world["kv-voice"]["properties"]["vaultUri"] == "https://kv-voice.vault.azure.net/"


def test_a_deleted_vault_is_no_leftover(world: World) -> None:
    vault_given(world)
    secret(world)

    world.delete(world["sip-password"])
    world.delete(world["kv-voice"])

    assert world.cloud.leftovers() == [world[GROUP].id]


def test_a_vault_that_went_with_its_group_is_remembered_too(world: World) -> None:
    vault_given(world)
    world.delete(world[GROUP])
    world.group()

    with refused("ConflictError", "deleted state"):
        vault(world)


def test_a_recovered_vault_brings_its_secrets_back(world: World) -> None:
    vault_given(world)
    before = secret(world, value=VALUE)
    world.delete(world["kv-voice"])
    assert world.read(before) is None

    vault(world, createMode="recover")

    live = world.read(before)
    assert live is not None
    assert live[1]["properties"]["secretUriWithVersion"] == before["properties"]["secretUriWithVersion"]


def test_a_recovered_vault_keeps_what_cannot_be_taken_back(world: World) -> None:
    world.group()
    vault(world, softDeleteRetentionInDays=30)
    world.delete(world["kv-voice"])

    made = vault(world, createMode="recover", enablePurgeProtection=None)

    assert made["properties"]["softDeleteRetentionInDays"] == 30
    assert made["properties"]["enablePurgeProtection"] is True


def test_a_vault_that_was_recovered_can_be_updated_with_the_same_setting(world: World) -> None:
    vault_deleted(world)
    made = vault(world, createMode="recover")

    assert world.change(made, tags={"owner": "voice"})["tags"] == {"owner": "voice"}


def test_a_purged_name_is_free(world: World) -> None:
    vault_deleted(world)

    purge_vault(world.cloud, "kv-voice")

    assert vault(world)["name"] == "kv-voice"


def test_the_cloud_remembers_deleted_vaults_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "azure.json"
    world = World(Cloud.open(path, write_seconds=0))
    vault_deleted(world)

    again = World(Cloud.open(path, write_seconds=0))

    with refused("ConflictError"):
        vault(again)


def test_a_change_of_the_value_makes_a_new_version(world: World) -> None:
    vault_given(world)
    first = secret(world, value=VALUE)

    second = world.change(first, properties={"value": "another"})

    assert version_of(second) != version_of(first)
    assert second["properties"]["secretUri"] == "https://kv-voice.vault.azure.net/secrets/sip-password"


def test_a_change_of_anything_else_keeps_the_version(world: World) -> None:
    vault_given(world)
    first = secret(world, value=VALUE)

    second = world.change(first, properties={"attributes": {"expires": 2_000_000_000}})

    assert version_of(second) == version_of(first)
    assert second["properties"]["attributes"] == {"enabled": True, "expires": 2_000_000_000}


def test_a_secret_that_was_deleted_comes_back_under_its_name_as_the_provider_recovers_it(world: World) -> None:
    vault_given(world)
    first = secret(world, value=VALUE)
    world.delete(first)
    assert first.id not in world.cloud.leftovers()

    again, changed = secret(world, value=VALUE), secret(world, "other")

    assert version_of(again) == version_of(first)
    assert version_of(changed) != version_of(first)


def test_a_secret_that_was_deleted_does_not_come_back_with_its_vault(world: World) -> None:
    vault_given(world)
    first = secret(world, value=VALUE)
    world.delete(first)
    world.delete(world["kv-voice"])

    vault(world, createMode="recover")

    assert world.read(first) is None
    assert version_of(secret(world, value="another")) != version_of(first)


def test_no_value_reaches_the_file_or_the_outputs(tmp_path: Path) -> None:
    path = tmp_path / "azure.json"
    world = World(Cloud.open(path, write_seconds=0))
    vault_given(world)

    made = world.change(secret(world, value=VALUE), properties={"contentType": "password"})
    world.delete(made)
    world.delete(world["kv-voice"])

    assert VALUE not in path.read_text(encoding="utf-8")
    assert VALUE not in json.dumps(made.outputs)


def test_a_refresh_leaves_the_value_in_the_inputs(world: World) -> None:
    vault_given(world)
    made = secret(world, value=VALUE)

    live = world.read(made)

    assert live is not None
    assert live[2]["properties"]["value"] == VALUE


@pytest.mark.parametrize("other", ["", "Horse battery staple", None, 4])
def test_a_digest_knows_its_value_only(other: object) -> None:
    kept = digest(VALUE)

    assert matches_digest(VALUE, kept)
    assert not matches_digest(other, kept)
    assert digest(VALUE) != kept
