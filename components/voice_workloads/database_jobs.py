"""Values of the chart of the database's jobs."""

from __future__ import annotations

from typing import Any

from components.voice_workloads.values import guaranteed, image_values, pool_values
from settings.identities import Container, account
from settings.stack import Settings


def database_jobs_values(settings: Settings) -> dict[str, Any]:
    """What is dumped, and where the dumps go."""
    own = account("database-jobs")
    return {
        "image": image_values(settings.images.tools, settings),
        "serviceAccount": {"create": False, "name": own.name},
        "pool": pool_values(settings, "api"),
        "priorityClassName": "voice-batch",
        "resources": guaranteed(1, "1Gi"),
        "dump": {
            "host": settings.database_host,
            "databases": list(settings.data.postgresql.databases),
            "user": own.name,
            "container": f"https://{settings.region_names.blob_host}/{Container.BACKUPS}",
            "size": f"{settings.data.postgresql.storage_gib}Gi",
        },
    }
