"""Microsoft.KeyVault: vaults, their secrets, and what deletion leaves of both."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.keyvault import secrets, vaults

TYPES: Final = (*vaults.TYPES, *secrets.TYPES)
