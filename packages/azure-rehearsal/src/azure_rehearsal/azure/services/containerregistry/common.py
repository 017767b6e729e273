"""Tokens, id template and name limit that registries and replications share."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import Limit, get_path

REGISTRY: Final = "azure-native:containerregistry:Registry"
REPLICATION: Final = "azure-native:containerregistry:Replication"
CACHE_RULE: Final = "azure-native:containerregistry:CacheRule"
PATH: Final = arm_ids.provider_id("Microsoft.ContainerRegistry/registries", "registryName")
NAME: Final = Limit(min_length=5, max_length=50, pattern=r"^[a-zA-Z0-9]*$")
PREMIUM: Final = "premium"


def sku_of(properties: dict[str, Any]) -> str:
    """The SKU of a registry in lower case."""
    return str(get_path(properties, "sku.name", "")).lower()
