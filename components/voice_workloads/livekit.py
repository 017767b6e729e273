"""Values of LiveKit's chart."""

from __future__ import annotations

from typing import Any

from components.voice_workloads.values import (
    ValuesContext,
    common_values,
    drain_values,
    guaranteed,
    livekit_secret_names,
    load_balancer_annotations,
    media_scaling,
    merged,
    redis_values,
)
from model import ports
from model.address_plan import Subnet, region_plan
from model.host_names import TURN, host_names
from model.public_addresses import PublicAddress
from model.tls_certificates import TURN_CERTIFICATE
from model.workloads.agent_watch import WORKLOAD as AGENT_WATCH
from model.workloads.voice_agent import WORKLOAD as VOICE_AGENT
from settings.schema.aks_stack import AksStackSettings


def values(context: ValuesContext) -> dict[str, Any]:
    """Returns ports, TURN, Redis and the destinations of webhooks."""
    settings = context.settings
    livekit = settings.livekit
    # TURN refuses private peers that are not listed; servers and agents in the region's network are such peers.
    turn: dict[str, Any] = {"peerCidrs": [region_plan(settings.this_region).subnets[Subnet.LIVEKIT]]}
    if livekit.turn_tls:
        turn |= {
            "domain": host_names(settings).of_region(TURN),
            "certificateSecret": TURN_CERTIFICATE.secret,
            "loadBalancer": {"annotations": load_balancer_annotations(settings, PublicAddress.TURN)},
        }
    return merged(
        common_values(context, settings.images.livekit),
        {
            "secretNames": livekit_secret_names(),
            **media_scaling(context),
            "resources": guaranteed(livekit.cpu, f"{livekit.memory_gib}Gi"),
            "ports": {
                "signalling": ports.LIVEKIT_SIGNALLING.first,
                "iceTcp": ports.LIVEKIT_ICE_TCP.first,
                "iceMuxFirst": ports.LIVEKIT_ICE_MUX.first,
                "iceMuxLast": ports.LIVEKIT_ICE_MUX.last,
                "turnUdp": ports.LIVEKIT_TURN_UDP.first,
                "turnTls": ports.LIVEKIT_TURN_TLS.first,
                "turnTlsFrontend": ports.LIVEKIT_TURN_TLS_FRONTEND.first,
                "relayFirst": ports.LIVEKIT_TURN_RELAY.first,
                "relayLast": ports.LIVEKIT_TURN_RELAY.last,
                "metrics": ports.LIVEKIT_METRICS.first,
            },
            "drain": drain_values(settings),
            "region": settings.region,
            "redis": redis_values(settings),
            "webhooks": _webhooks(settings),
            "limits": {"calls": context.calls_per_pod},
            "turn": turn,
        },
    )


def _webhooks(settings: AksStackSettings) -> list[str]:
    """The destinations of room events: the agents, and their watcher if it is enabled."""
    agents = f"http://{VOICE_AGENT.host}:{ports.AGENT_WEBHOOK.first}/webhook"
    watcher = f"http://{AGENT_WATCH.host}:{ports.AGENT_WATCH_WEBHOOK.first}/webhook"
    return [agents, watcher] if settings.agent_watch.enabled else [agents]
