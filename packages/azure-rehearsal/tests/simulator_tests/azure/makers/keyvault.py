"""Vaults and secrets."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.harness import GROUP, AzureHarness, Deployed, merged


def vault(azure: AzureHarness, name: str = "kv-shop", **properties: Any) -> Deployed:
    base = {
        "sku": {"family": "A", "name": "standard"},
        "tenantId": azure.client.tenant_id,
        "enableRbacAuthorization": True,
        "enablePurgeProtection": True,
    }
    return azure.make(
        "keyvault:Vault", name, resourceGroupName=GROUP, vaultName=name, properties=merged(base, properties)
    )


def secret(
    azure: AzureHarness, name: str = "db-password", value: str | None = "a secret value", **properties: Any
) -> Deployed:
    given = {"contentType": "text/plain", **({"value": value} if value is not None else {}), **properties}
    return azure.make(
        "keyvault:Secret", name, resourceGroupName=GROUP, vaultName="kv-shop", secretName=name, properties=given
    )
