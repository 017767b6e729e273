"""Vaults that tests of several subjects use."""

from __future__ import annotations

from simulator_tests.azure.makers.keyvault import vault
from simulator_tests.azure.world import World


def vault_given(world: World) -> None:
    world.group()
    vault(world)


def vault_deleted(world: World) -> None:
    vault_given(world)
    world.delete(world["kv-voice"])
