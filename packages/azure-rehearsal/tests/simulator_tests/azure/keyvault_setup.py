"""Vaults that tests of several subjects use."""

from __future__ import annotations

from simulator_tests.azure.harness import AzureHarness
from simulator_tests.azure.makers.keyvault import vault


def with_vault(azure: AzureHarness) -> None:
    azure.group()
    vault(azure)


def vault_deleted(azure: AzureHarness) -> None:
    with_vault(azure)
    azure.delete(azure["kv-shop"])
