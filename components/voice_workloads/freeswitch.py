"""Values of FreeSWITCH's chart."""

from __future__ import annotations

from typing import Any

import pulumi

from components.voice_workloads.values import (
    autoscaling_values,
    common_values,
    drain_values,
    guaranteed,
    image_values,
    inside_cidrs,
    merged,
    pool_values,
)
from model import ports, secrets
from model.call_timeouts import BRIDGE_TIMEOUT_SECONDS, RTP_HOLD_TIMEOUT_SECONDS, RTP_TIMEOUT_SECONDS
from model.capacity import region_capacity
from model.identities import Container, account
from model.naming import region_names
from settings.schema.aks_stack import AksStackSettings
from settings.schema.telephony import Carrier


def freeswitch_values(settings: AksStackSettings, prometheus: pulumi.Input[str] | None) -> dict[str, Any]:
    """Carriers, the bridge, and how many calls a pod takes."""
    freeswitch, pool = settings.freeswitch, settings.aks.media_pools["sip"]
    zones = len(settings.aks.zones)
    fewest, most = pool.min_nodes_per_zone * zones, pool.max_nodes_per_zone * zones
    bridge, agent = account("livekit-sip"), account("voice-agent")
    rtp = settings.telephony.rtp_ports
    return merged(
        common_values(settings, account("freeswitch"), settings.images.freeswitch),
        {
            "exporterImage": image_values(settings.images.freeswitch_exporter, settings),
            "secretNames": {
                "eventSocketPassword": secrets.EVENT_SOCKET_PASSWORD.name,
                "callTokenKey": secrets.CALL_TOKEN_KEY.name,
            },
            "pool": pool_values(settings, "sip"),
            "priorityClassName": "voice-media",
            "replicas": fewest,
            "autoscaling": autoscaling_values(settings, fewest, most, prometheus),
            "resources": guaranteed(freeswitch.cpu, f"{freeswitch.memory_gib}Gi"),
            "ports": {
                "edge": ports.FREESWITCH_EDGE_PROFILE[0].first,
                "carrier": ports.FREESWITCH_CARRIER_PROFILE[0].first,
                "inside": ports.FREESWITCH_INSIDE_PROFILE[0].first,
                "eventSocket": ports.FREESWITCH_EVENT_SOCKET.first,
                "health": ports.FREESWITCH_HEALTH.first,
                "metrics": ports.FREESWITCH_METRICS.first,
                "rtpFirst": rtp.first,
                "rtpLast": rtp.last,
            },
            "drain": drain_values(settings),
            "media": {
                "timeoutSeconds": RTP_TIMEOUT_SECONDS,
                "holdTimeoutSeconds": RTP_HOLD_TIMEOUT_SECONDS,
            },
            "insideCidrs": inside_cidrs(settings),
            "carriers": [_carrier(carrier) for carrier in settings.telephony.carriers],
            "bridge": {
                "to": freeswitch.bridge,
                "livekitSip": {
                    "service": bridge.name,
                    "namespace": bridge.namespace,
                    "port": ports.LIVEKIT_SIP_SIGNALLING[0].first,
                    "health": ports.LIVEKIT_SIP_HEALTH.first,
                    "timeoutSeconds": BRIDGE_TIMEOUT_SECONDS,
                },
                "agentSocket": {
                    "service": agent.name,
                    "namespace": agent.namespace,
                    "port": ports.AGENT_SOCKET.first,
                },
            },
            "limits": {
                "calls": region_capacity(settings).calls_per_pod("freeswitch"),
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
