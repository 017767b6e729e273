"""Where the region's data is, and which region copies it."""

from __future__ import annotations

from model.naming import region_names
from settings.schema.aks_stack import AksStackSettings


def database_host(settings: AksStackSettings) -> str:
    """Returns the host of the database that the region's workloads write to: the primary region's server."""
    primary = region_names(settings).in_scope(settings.primary_region.name)
    return settings.data.postgresql.external_host or primary.postgresql_host


def dumps_database(settings: AksStackSettings) -> bool:
    """Whether the region dumps the database: only the region with the writable server does."""
    return settings.data.postgresql.mode == "managed" and settings.this_region.role == "primary"


def exports_redis(settings: AksStackSettings) -> bool:
    """Whether the region exports its Redis: each region has its own."""
    return settings.data.redis.export.enabled
