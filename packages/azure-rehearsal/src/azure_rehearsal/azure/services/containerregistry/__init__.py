"""Microsoft.ContainerRegistry: registries and their replications."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.containerregistry import registries

TYPES: Final = registries.TYPES
