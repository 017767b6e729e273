"""Values of the charts of LiveKit, its SIP bridge and its recorder."""

from __future__ import annotations

from typing import Any

import pulumi

from components.voice_workloads.values import (
    autoscaling_values,
    common_values,
    drain_values,
    guaranteed,
    inside_cidrs,
    livekit_secret_names,
    livekit_url,
    load_balancer_annotations,
    merged,
    pool_values,
    redis_values,
    service_host,
)
from model import ports, secrets
from model.address_plan import Subnet, region_plan
from model.call_timeouts import FREESWITCH_TIMEOUT_SECONDS, RTP_TIMEOUT_SECONDS
from model.capacity import region_capacity
from model.host_names import TURN, host_names
from model.identities import Container, account
from model.naming import region_names
from model.public_addresses import PublicAddress
from model.tls_certificates import TURN_CERTIFICATE
from settings.schema.aks_stack import AksStackSettings


def livekit_values(settings: AksStackSettings, prometheus: pulumi.Input[str] | None) -> dict[str, Any]:
    """Ports, TURN, Redis, and where events of rooms go."""
    livekit, pool = settings.livekit, settings.aks.media_pools["livekit"]
    zones = len(settings.aks.zones)
    fewest, most = pool.min_nodes_per_zone * zones, pool.max_nodes_per_zone * zones
    # Servers and agents in the region's network are peers too; TURN refuses private ones that are not named.
    turn: dict[str, Any] = {"peerCidrs": [region_plan(settings.this_region).subnets[Subnet.LIVEKIT]]}
    if livekit.turn_tls:
        turn |= {
            "domain": host_names(settings).of_region(TURN),
            "certificateSecret": TURN_CERTIFICATE.secret,
            "loadBalancer": {"annotations": load_balancer_annotations(settings, PublicAddress.TURN)},
        }
    return merged(
        common_values(settings, account("livekit"), settings.images.livekit),
        {
            "secretNames": livekit_secret_names(),
            "pool": pool_values(settings, "livekit"),
            "priorityClassName": "voice-media",
            "replicas": fewest,
            "autoscaling": autoscaling_values(settings, fewest, most, prometheus),
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
            "limits": {"calls": region_capacity(settings).calls_per_pod("livekit")},
            "turn": turn,
        },
    )


def _webhooks(settings: AksStackSettings) -> list[str]:
    """Where LiveKit sends events of rooms: to the agents, and to their watcher where there is one."""
    agents = f"http://{service_host(account('voice-agent'))}:{ports.AGENT_WEBHOOK.first}/webhook"
    watcher = f"http://{service_host(account('agent-watch'))}:{ports.AGENT_WATCH_WEBHOOK.first}/webhook"
    return [agents, watcher] if settings.agent_watch.enabled else [agents]


def livekit_sip_values(settings: AksStackSettings, prometheus: pulumi.Input[str] | None) -> dict[str, Any]:
    """As many pods as FreeSWITCH, each beside one."""
    bridge, pool = settings.livekit_sip, settings.aks.media_pools["sip"]
    zones = len(settings.aks.zones)
    fewest, most = pool.min_nodes_per_zone * zones, pool.max_nodes_per_zone * zones
    return merged(
        common_values(settings, account("livekit-sip"), settings.images.livekit_sip),
        {
            "secretNames": livekit_secret_names(),
            "pool": pool_values(settings, "sip"),
            "priorityClassName": "voice-media",
            "replicas": fewest,
            "autoscaling": autoscaling_values(settings, fewest, most, prometheus),
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
            "limits": {"calls": region_capacity(settings).calls_per_pod("livekit-sip")},
            "trunks": {
                "enabled": bridge.manage_trunks,
                "allowedCidrs": inside_cidrs(settings),
                "outbound": {
                    "host": service_host(account("freeswitch")),
                    "port": ports.FREESWITCH_INSIDE_PROFILE[0].first,
                    "numbers": list(settings.telephony.callers),
                },
                "agent": settings.agent.name,
                "pool": {"name": "api"},
            },
        },
    )


def livekit_egress_values(settings: AksStackSettings) -> dict[str, Any]:
    """Where recordings of rooms are uploaded to."""
    egress = settings.egress
    return merged(
        common_values(settings, account("livekit-egress"), settings.images.livekit_egress),
        {
            "networkPolicy": {"enabled": False},
            "secretNames": {**livekit_secret_names(), "storageKey": secrets.EGRESS_STORAGE_KEY},
            "pool": pool_values(settings, "agents"),
            "priorityClassName": "voice-agents",
            "replicas": egress.replicas,
            "resources": guaranteed(egress.cpu, f"{egress.memory_gib}Gi"),
            "ports": {"health": ports.EGRESS_HEALTH.first, "metrics": ports.EGRESS_METRICS.first},
            "drain": drain_values(settings),
            "livekitUrl": livekit_url(),
            "redis": redis_values(settings),
            "storage": {
                "account": region_names(settings).egress_storage_account,
                "container": Container.RECORDINGS,
            },
        },
    )
