"""Values of the chart of LiveKit egress."""

from __future__ import annotations

from typing import Any

from components.voice_workloads.values import (
    ValuesContext,
    common_values,
    drain_values,
    guaranteed,
    livekit_secret_names,
    livekit_url,
    merged,
    redis_values,
)
from model import ports, secrets
from model.naming import region_names
from model.permissions import ROOMS


def values(context: ValuesContext) -> dict[str, Any]:
    """Returns the destination of recordings."""
    settings = context.settings
    egress = settings.egress
    return merged(
        common_values(context, settings.images.livekit_egress),
        {
            "networkPolicy": {"enabled": False},
            "secretNames": {**livekit_secret_names(), "storageKey": secrets.EGRESS_STORAGE_KEY},
            "replicas": egress.replicas,
            "resources": guaranteed(egress.cpu, f"{egress.memory_gib}Gi"),
            "ports": {"health": ports.EGRESS_HEALTH.first, "metrics": ports.EGRESS_METRICS.first},
            "drain": drain_values(settings),
            "livekitUrl": livekit_url(),
            "redis": redis_values(settings),
            "storage": {
                "account": region_names(settings).egress_storage_account,
                "container": ROOMS,
            },
        },
    )
