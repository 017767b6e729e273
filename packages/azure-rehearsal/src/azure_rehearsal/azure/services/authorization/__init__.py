"""Microsoft.Authorization: role assignments and management locks."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.authorization import management_lock_by_scope, role_assignment

TYPES: Final = (
    role_assignment.TYPE,
    management_lock_by_scope.TYPE,
)
