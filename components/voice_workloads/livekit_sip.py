"""Values of the chart of LiveKit SIP."""

from __future__ import annotations

from typing import Any

from components.voice_workloads.values import (
    ValuesContext,
    common_values,
    drain_values,
    guaranteed,
    inside_cidrs,
    livekit_secret_names,
    livekit_url,
    media_scaling,
    merged,
    redis_values,
)
from model import ports
from model.call_timeouts import FREESWITCH_TIMEOUT_SECONDS, RTP_TIMEOUT_SECONDS
from model.pools import API
from model.workloads.freeswitch import WORKLOAD as FREESWITCH


def values(context: ValuesContext) -> dict[str, Any]:
    """Returns values with as many pods as FreeSWITCH, one on the node of each."""
    settings = context.settings
    bridge = settings.livekit_sip
    return merged(
        common_values(context, settings.images.livekit_sip),
        {
            "secretNames": livekit_secret_names(),
            **media_scaling(context),
            "resources": guaranteed(bridge.cpu, f"{bridge.memory_gib}Gi"),
            "ports": {
                "sip": ports.LIVEKIT_SIP_SIGNALLING[0].first,
                "rtpFirst": ports.LIVEKIT_SIP_RTP.first,
                "rtpLast": ports.LIVEKIT_SIP_RTP.last,
                "health": ports.LIVEKIT_SIP_HEALTH.first,
                "metrics": ports.LIVEKIT_SIP_METRICS.first,
            },
            "drain": drain_values(settings),
            "media": {
                "timeoutSeconds": FREESWITCH_TIMEOUT_SECONDS,
                "initialTimeoutSeconds": RTP_TIMEOUT_SECONDS,
            },
            "livekitUrl": livekit_url(),
            "redis": redis_values(settings),
            "limits": {"calls": context.calls_per_pod},
            "trunks": {
                "enabled": bridge.manage_trunks,
                "allowedCidrs": inside_cidrs(settings),
                "outbound": {
                    "host": FREESWITCH.host,
                    "port": ports.FREESWITCH_INSIDE_PROFILE[0].first,
                    "numbers": list(settings.telephony.callers),
                },
                "agent": settings.agent.name,
                "pool": {"name": API.name},
            },
        },
    )
