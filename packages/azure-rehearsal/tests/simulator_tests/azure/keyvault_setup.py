"""Vaults that tests of several subjects use."""

from __future__ import annotations

from azure_rehearsal.azure.core.subscription import DeployerRole
from simulator_tests.azure.harness import AzureHarness
from simulator_tests.azure.makers.keyvault import vault


def with_vault(azure: AzureHarness) -> None:
    """A group and a vault that the internet reaches, with a deployer that can delete secrets."""
    azure.cloud.subscription.deployer_roles.append(DeployerRole("Key Vault Secrets Officer"))
    azure.group()
    vault(azure)


def vault_deleted(azure: AzureHarness) -> None:
    with_vault(azure)
    azure.delete(azure["kv-shop"])
