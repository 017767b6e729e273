"""Microsoft.ContainerRegistry: registries and their geo-replications."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.containerregistry import registry, replication

TYPES: Final = (
    registry.TYPE,
    replication.TYPE,
)
