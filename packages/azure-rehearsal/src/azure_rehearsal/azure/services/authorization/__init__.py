"""Microsoft.Authorization: role assignments and locks; who exists, and who may do what."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.authorization import role_assignments

TYPES: Final = role_assignments.TYPES
