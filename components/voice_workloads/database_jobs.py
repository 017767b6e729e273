"""Values of the chart of the database's jobs."""

from __future__ import annotations

from typing import Any, Final

from components.voice_workloads.values import (
    ValuesContext,
    guaranteed,
    image_values,
    place_values,
)
from model import ports
from model.database import database_host, dumps_database, exports_redis
from model.naming import region_names
from model.permissions import REDIS_EXPORTS, Container

EXPORT_TO_MEMORY: Final = 2
"""Disk per GiB of Redis' memory: an export is compressed text, little larger than the data."""


def values(context: ValuesContext) -> dict[str, Any]:
    """Returns the databases that this region dumps and exports, with their destinations.

    The job exports Redis key by key over the Redis protocol. ARM's `export` needs a storage account that is open to
    the internet and accepts account keys (managed identities work only with Azure Cache for Redis Premium).
    `redis-cli --rdb` needs replication, which the managed service refuses.
    """
    settings = context.settings
    values: dict[str, Any] = {
        "image": image_values(settings.images.tools, settings),
        "serviceAccount": {"create": False, "name": context.instance.name},
        **place_values(context),
        "resources": guaranteed(1, "1Gi"),
    }
    blobs = region_names(settings).blob_host
    if dumps_database(settings):
        values["dump"] = {
            "host": database_host(settings),
            "databases": list(settings.data.postgresql.databases),
            "user": context.instance.name,
            "container": f"https://{blobs}/{Container.BACKUPS}",
            "size": f"{settings.data.postgresql.storage_gib}Gi",
        }
    if exports_redis(settings):
        values["redis"] = {
            "host": region_names(settings).redis_host(settings.this_region.location),
            "port": ports.REDIS.first,
            "folder": f"https://{blobs}/{REDIS_EXPORTS}",
            "size": f"{EXPORT_TO_MEMORY * settings.data.redis.memory_gib}Gi",
        }
    return values
