"""Values of the chart of the agents' watcher."""

from __future__ import annotations

from typing import Any, Final

from components.voice_workloads.values import (
    ValuesContext,
    common_values,
    guaranteed,
    livekit_secret_names,
    livekit_url,
    merged,
)
from model import ports

REPLICAS: Final = 2
"""One replica acts; the other takes over."""


def values(context: ValuesContext) -> dict[str, Any]:
    """Returns the intervals of its checks and the longest silence that a caller may hear."""
    settings = context.settings
    watch = settings.agent_watch
    common = common_values(context, settings.images.agent_watch)
    names = livekit_secret_names()
    return merged(
        common,
        {
            "networkPolicy": {"enabled": False},
            "secretNames": {"apiKey": names["apiKey"], "apiSecret": names["apiSecret"]},
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
