"""Workspaces and monitored resources that tests of several monitoring types use."""

from __future__ import annotations

from simulator_tests.azure.harness import AzureHarness
from simulator_tests.azure.makers.keyvault import vault
from simulator_tests.azure.makers.monitor import log_rule, metrics, workspace


def with_workspace(azure: AzureHarness) -> None:
    azure.group()
    workspace(azure)


def with_metrics(azure: AzureHarness) -> None:
    azure.group()
    metrics(azure)


def with_vault(azure: AzureHarness) -> None:
    with_workspace(azure)
    vault(azure)


def with_cluster(azure: AzureHarness) -> None:
    azure.cluster()
    workspace(azure)
    log_rule(azure)
