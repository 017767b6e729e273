"""Microsoft.ContainerRegistry: registries, their geo-replications and cache rules."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.containerregistry import cache_rule, registry, replication

TYPES: Final = (
    registry.TYPE,
    replication.TYPE,
    cache_rule.TYPE,
)
