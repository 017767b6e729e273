"""Values of FreeSWITCH's chart."""

from __future__ import annotations

from typing import Any

from components.voice_workloads.values import (
    ValuesContext,
    common_values,
    drain_values,
    guaranteed,
    image_values,
    inside_cidrs,
    media_scaling,
    merged,
)
from model import ports, secrets
from model.call_timeouts import BRIDGE_TIMEOUT_SECONDS, RTP_HOLD_TIMEOUT_SECONDS, RTP_TIMEOUT_SECONDS
from model.naming import region_names
from model.permissions import Container
from model.workloads.livekit_sip import WORKLOAD as LIVEKIT_SIP
from model.workloads.voice_agent import WORKLOAD as VOICE_AGENT
from settings.schema.aks_stack import AksStackSettings
from settings.schema.telephony import Carrier


def values(context: ValuesContext) -> dict[str, Any]:
    """Returns the carriers, the bridge and the limit of calls per pod."""
    settings = context.settings
    freeswitch = settings.freeswitch
    return merged(
        common_values(context, settings.images.freeswitch),
        {
            "exporterImage": image_values(settings.images.freeswitch_exporter, settings),
            "secretNames": {
                "eventSocketPassword": secrets.EVENT_SOCKET_PASSWORD.name,
                "callTokenKey": secrets.CALL_TOKEN_KEY.name,
            },
            **media_scaling(context),
            "resources": guaranteed(freeswitch.cpu, f"{freeswitch.memory_gib}Gi"),
            "ports": _ports(settings),
            "drain": drain_values(settings),
            "media": {
                "timeoutSeconds": RTP_TIMEOUT_SECONDS,
                "holdTimeoutSeconds": RTP_HOLD_TIMEOUT_SECONDS,
            },
            "insideCidrs": inside_cidrs(settings),
            "carriers": [_carrier(carrier) for carrier in settings.telephony.carriers],
            "bridge": _bridge(settings),
            "limits": {
                "calls": context.calls_per_pod,
                "callsPerSecond": freeswitch.calls_per_second,
            },
            "recording": {
                "enabled": freeswitch.record,
                "container": f"https://{region_names(settings).blob_host}/{Container.RECORDINGS}",
            },
            "eventSocket": {"listen": freeswitch.event_socket},
            "realTimePriority": freeswitch.real_time_priority,
        },
    )


def _ports(settings: AksStackSettings) -> dict[str, int]:
    rtp = settings.telephony.rtp_ports
    return {
        "edge": ports.FREESWITCH_EDGE_PROFILE[0].first,
        "carrier": ports.FREESWITCH_CARRIER_PROFILE[0].first,
        "inside": ports.FREESWITCH_INSIDE_PROFILE[0].first,
        "eventSocket": ports.FREESWITCH_EVENT_SOCKET.first,
        "health": ports.FREESWITCH_HEALTH.first,
        "metrics": ports.FREESWITCH_METRICS.first,
        "rtpFirst": rtp.first,
        "rtpLast": rtp.last,
    }


def _bridge(settings: AksStackSettings) -> dict[str, Any]:
    """The destination of calls: LiveKit SIP, or the agent's socket."""
    return {
        "to": settings.freeswitch.bridge,
        "livekitSip": {
            "service": LIVEKIT_SIP.name,
            "namespace": LIVEKIT_SIP.namespace.name,
            "port": ports.LIVEKIT_SIP_SIGNALLING[0].first,
            "health": ports.LIVEKIT_SIP_HEALTH.first,
            "timeoutSeconds": BRIDGE_TIMEOUT_SECONDS,
        },
        "agentSocket": {
            "service": VOICE_AGENT.name,
            "namespace": VOICE_AGENT.namespace.name,
            "port": ports.AGENT_SOCKET.first,
        },
    }


def _carrier(carrier: Carrier) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": carrier.name,
        "signallingCidrs": list(carrier.signalling_cidrs),
        "ingress": carrier.ingress,
    }
    if carrier.outbound is not None:
        outbound = carrier.outbound
        values["outbound"] = {
            "host": outbound.host,
            "port": outbound.port,
            "transport": outbound.transport,
            "prefixes": list(outbound.prefixes),
            "numbers": list(outbound.numbers),
            "caller": outbound.caller,
        }
        if carrier.credentials is not None:
            values["credentials"] = carrier.credentials
    return values
