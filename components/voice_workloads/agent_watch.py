"""Values of the chart of the agents' watcher."""

from __future__ import annotations

from typing import Any, Final

from components.voice_workloads.values import (
    common_values,
    guaranteed,
    livekit_secret_names,
    livekit_url,
    merged,
    pool_values,
)
from model import ports
from model.identities import account
from settings.schema.aks_stack import AksStackSettings

REPLICAS: Final = 2
"""One acts; the other takes over."""


def agent_watch_values(settings: AksStackSettings) -> dict[str, Any]:
    """How often it looks, and how long a caller may hear nobody.

    It runs on pool `api`: the loss of an agent's node must not take it along.
    """
    watch = settings.agent_watch
    common = common_values(settings, account("agent-watch"), settings.images.agent_watch)
    del common["toolsImage"]
    names = livekit_secret_names()
    return merged(
        common,
        {
            "networkPolicy": {"enabled": False},
            "secretNames": {"apiKey": names["apiKey"], "apiSecret": names["apiSecret"]},
            "pool": pool_values(settings, "api"),
            "priorityClassName": "voice-agents",
            "replicas": REPLICAS,
            "resources": guaranteed(1, "512Mi"),
            "ports": {"webhook": ports.AGENT_WATCH_WEBHOOK.first, "metrics": ports.AGENT_WATCH_METRICS.first},
            "livekitUrl": livekit_url(),
            "lookSeconds": watch.look_seconds,
            "answerSeconds": watch.answer_seconds,
            "acceptSeconds": watch.accept_seconds,
            "trackSeconds": watch.track_seconds,
            "leaveSeconds": watch.leave_seconds,
            "secondTrySeconds": watch.second_try_seconds,
            "abandonedSeconds": watch.abandoned_seconds,
            "leaseSeconds": watch.lease_seconds,
        },
    )
