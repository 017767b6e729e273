"""The private DNS zones of private endpoints (Azure's list of private endpoint DNS zones)."""

from __future__ import annotations

from enum import StrEnum

from model.naming import region_names
from settings.schema.aks_stack import AksStackSettings


class PrivateZone(StrEnum):
    """A private link zone.

    Its name is the same in every region. Each region has its own zone, because a network can link only one zone of a
    name.
    """

    BLOB = "privatelink.blob.core.windows.net"
    VAULT = "privatelink.vaultcore.azure.net"
    REGISTRY = "privatelink.azurecr.io"
    REDIS = "privatelink.redis.azure.net"
    POSTGRESQL = "privatelink.postgres.database.azure.com"
    COSMOS = "privatelink.documents.azure.com"


def kubernetes_api_zone(location: str) -> str:
    """Returns the zone of a private API server; Azure accepts no other name."""
    return f"privatelink.{location}.azmk8s.io"


def private_zones(settings: AksStackSettings) -> tuple[str, ...]:
    """Returns the private DNS zones of the region: one for each service that the stack uses."""
    registry = (PrivateZone.REGISTRY,) if settings.registry.private else ()
    zones: list[str] = [PrivateZone.BLOB, PrivateZone.VAULT, *registry, PrivateZone.REDIS]
    delegated = settings.data.postgresql.network == "delegatedSubnet"
    zones.append(region_names(settings).postgresql_zone if delegated else PrivateZone.POSTGRESQL)
    if settings.data.cosmos is not None:
        zones.append(PrivateZone.COSMOS)
    if settings.aks.api_server.access == "private":
        zones.append(kubernetes_api_zone(settings.this_region.location))
    return tuple(str(zone) for zone in zones)
