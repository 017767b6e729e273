"""The private DNS zones that private endpoints resolve in, by what they are for (Azure's private endpoint DNS list)."""

from __future__ import annotations

from enum import StrEnum


class PrivateZone(StrEnum):
    """A private link zone whose name is the same everywhere. A network links one zone of a name, so each region has
    its own.
    """

    BLOB = "privatelink.blob.core.windows.net"
    VAULT = "privatelink.vaultcore.azure.net"
    REGISTRY = "privatelink.azurecr.io"
    REDIS = "privatelink.redis.azure.net"
    POSTGRESQL = "privatelink.postgres.database.azure.com"
    COSMOS = "privatelink.documents.azure.com"


def kubernetes_api_zone(location: str) -> str:
    """The zone of a private API server; Azure accepts no other name."""
    return f"privatelink.{location}.azmk8s.io"
