"""Microsoft.Resources: resource groups."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.resources import resource_group

TYPES: Final = (resource_group.TYPE,)
