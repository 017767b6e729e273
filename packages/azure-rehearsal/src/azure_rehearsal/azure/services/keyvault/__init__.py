"""Microsoft.KeyVault: vaults and secrets, including their soft-deleted state."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.keyvault import secret, vault

TYPES: Final = (
    vault.TYPE,
    secret.TYPE,
)
