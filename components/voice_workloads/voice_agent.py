"""Values of the agent's chart."""

from __future__ import annotations

from typing import Any, Final

import pulumi

from components.voice_workloads.values import (
    autoscaling_values,
    common_values,
    drain_values,
    guaranteed,
    livekit_url,
    merged,
    pool_values,
)
from model import ports, secrets
from model.capacity import region_capacity
from model.database import database_host
from model.identities import account
from model.naming import region_names
from settings.schema.aks_stack import AksStackSettings

OWN_SECRETS: Final = {
    "LIVEKIT_API_KEY": secrets.LIVEKIT_API_KEY.name,
    "LIVEKIT_API_SECRET": secrets.LIVEKIT_API_SECRET.name,
    "CALL_TOKEN_KEY": secrets.CALL_TOKEN_KEY.name,
    "JWT_SIGNING_KEY": secrets.JWT_SIGNING_KEY.name,
}
"""Variables that every agent has, and their secrets."""


def secret_variables(settings: AksStackSettings) -> dict[str, str]:
    """Variables of the agent that are secrets, and their names in the vault."""
    return {**OWN_SECRETS, **settings.agent.secret_variables}


def voice_agent_values(settings: AksStackSettings, prometheus: pulumi.Input[str] | None) -> dict[str, Any]:
    """What the agent is told, and how many calls a pod takes."""
    agent = settings.agent
    own = account("voice-agent")
    common = common_values(settings, own, settings.images.voice_agent)
    del common["toolsImage"]
    names = region_names(settings)
    return merged(
        common,
        {
            "networkPolicy": {"enabled": False},
            "pool": pool_values(settings, "agents"),
            "priorityClassName": "voice-agents",
            "replicas": agent.min_replicas,
            "autoscaling": autoscaling_values(settings, agent.min_replicas, agent.max_replicas, prometheus),
            "resources": guaranteed(agent.cpu, f"{agent.memory_gib}Gi"),
            "ports": {
                "webhook": ports.AGENT_WEBHOOK.first,
                "socket": ports.AGENT_SOCKET.first,
                "health": ports.AGENT_HEALTH.first,
                "metrics": ports.AGENT_METRICS.first,
            },
            "drain": drain_values(settings),
            "name": agent.name,
            "livekitUrl": livekit_url(),
            "limits": {"calls": region_capacity(settings).calls_per_pod("voice-agent")},
            "environment": {
                "POSTGRESQL_HOST": database_host(settings),
                "REDIS_HOST": names.redis_host(settings.this_region.location),
                "REDIS_PORT": str(ports.REDIS.first),
                "STORAGE_HOST": names.blob_host,
                "OTEL_EXPORTER_OTLP_ENDPOINT": (
                    f"http://{ports.OTLP_SERVICE}.voice-system.svc.cluster.local:{ports.OTLP_GRPC.first}"
                ),
                **agent.environment,
            },
            "secretVariables": secret_variables(settings),
        },
    )
