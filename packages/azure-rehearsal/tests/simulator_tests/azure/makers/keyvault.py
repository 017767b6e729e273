"""Vaults and secrets."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.world import GROUP, Made, World, merged


def vault(world: World, name: str = "kv-voice", **properties: Any) -> Made:
    base = {
        "sku": {"family": "A", "name": "standard"},
        "tenantId": world.client.tenant_id,
        "enableRbacAuthorization": True,
        "enablePurgeProtection": True,
    }
    return world.make(
        "keyvault:Vault", name, resourceGroupName=GROUP, vaultName=name, properties=merged(base, properties)
    )


def secret(world: World, name: str = "sip-password", value: str | None = "a secret value", **properties: Any) -> Made:
    given = {"contentType": "text/plain", **({"value": value} if value is not None else {}), **properties}
    return world.make(
        "keyvault:Secret", name, resourceGroupName=GROUP, vaultName="kv-voice", secretName=name, properties=given
    )
