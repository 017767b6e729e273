"""Values of the chart of the database's jobs."""

from __future__ import annotations

from typing import Any, Final

from components.voice_workloads.values import guaranteed, image_values, pool_values
from model import ports
from model.database import database_host, dumps_database, exports_redis
from model.identities import REDIS_EXPORTS, Container, account
from model.naming import region_names
from settings.schema.aks_stack import AksStackSettings

EXPORT_TO_MEMORY: Final = 2
"""Disk for each GiB of Redis' memory: an export is text, which packs to little more than what it tells of."""


def database_jobs_values(settings: AksStackSettings) -> dict[str, Any]:
    """What is dumped and exported in this region, and where to.

    Redis is exported key by key over its own protocol. Its `export` in ARM would need a storage account that is open
    to the internet and to account keys (managed identities are for Azure Cache for Redis Premium alone), and ours are
    neither; `redis-cli --rdb` asks for replication, which the managed service refuses.
    """
    own = account("database-jobs")
    values: dict[str, Any] = {
        "image": image_values(settings.images.tools, settings),
        "serviceAccount": {"create": False, "name": own.name},
        "pool": pool_values(settings, "api"),
        "priorityClassName": "voice-batch",
        "resources": guaranteed(1, "1Gi"),
    }
    blobs = region_names(settings).blob_host
    if dumps_database(settings):
        values["dump"] = {
            "host": database_host(settings),
            "databases": list(settings.data.postgresql.databases),
            "user": own.name,
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
