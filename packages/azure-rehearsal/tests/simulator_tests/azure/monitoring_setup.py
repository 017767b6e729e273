"""Workspaces and monitored resources that tests of several monitoring types use."""

from __future__ import annotations

from simulator_tests.azure.makers.keyvault import vault
from simulator_tests.azure.makers.monitor import log_rule, metrics, workspace
from simulator_tests.azure.world import World


def workspace_given(world: World) -> None:
    world.group()
    workspace(world)


def metrics_given(world: World) -> None:
    world.group()
    metrics(world)


def vault_given(world: World) -> None:
    workspace_given(world)
    vault(world)


def cluster_given(world: World) -> None:
    world.cluster()
    workspace(world)
    log_rule(world)
