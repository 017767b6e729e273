"""Microsoft.ManagedIdentity: user-assigned identities and their federated credentials."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.managedidentity import identities

TYPES: Final = identities.TYPES
