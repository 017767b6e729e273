"""Microsoft.ManagedIdentity: user-assigned identities and their federated credentials."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.managedidentity import federated_identity_credential, user_assigned_identity

TYPES: Final = (
    user_assigned_identity.TYPE,
    federated_identity_credential.TYPE,
)
