"""Values of the agent's chart."""

from __future__ import annotations

from typing import Any

from components.voice_workloads.values import (
    ValuesContext,
    autoscaling_values,
    common_values,
    drain_values,
    guaranteed,
    livekit_url,
    merged,
)
from model import ports
from model.database import database_host
from model.kubernetes import SYSTEM, service_host
from model.naming import region_names
from model.workloads.voice_agent import secret_variables


def values(context: ValuesContext) -> dict[str, Any]:
    """Returns the environment of the agent and the limit of calls per pod."""
    settings = context.settings
    agent = settings.agent
    common = common_values(context, settings.images.voice_agent)
    names = region_names(settings)
    return merged(
        common,
        {
            "networkPolicy": {"enabled": False},
            "replicas": agent.min_replicas,
            "autoscaling": autoscaling_values(settings, agent.min_replicas, agent.max_replicas, context.prometheus),
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
            "limits": {"calls": context.calls_per_pod},
            "environment": {
                "POSTGRESQL_HOST": database_host(settings),
                "REDIS_HOST": names.redis_host(settings.this_region.location),
                "REDIS_PORT": str(ports.REDIS.first),
                "STORAGE_HOST": names.blob_host,
                "OTEL_EXPORTER_OTLP_ENDPOINT": (
                    f"http://{service_host(ports.OTLP_SERVICE, SYSTEM)}:{ports.OTLP_GRPC.first}"
                ),
                **agent.environment,
            },
            "secretVariables": dict(secret_variables(settings)),
        },
    )
