"""The pods of the Gateway, as Envoy Gateway is told to make them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from components.platform_services.release import CONTROLLER_NODES, CONTROLLER_PRIORITY
from model.gateway import (
    BUSY_CPU_PERCENT,
    CALM_SECONDS,
    DEREGISTER_SECONDS,
    DRAIN_SECONDS,
    GATEWAY_NAME,
    GATEWAY_SERVICE,
)
from settings.schema.gateway import GatewaySettings

RESOURCES: Final = {"requests": {"cpu": "500m", "memory": "512Mi"}, "limits": {"memory": "2Gi"}}
"""Of one pod, without a limit of CPU: who waits for its share answers late."""

POD_LABELS: Final = {
    "app.kubernetes.io/name": "envoy",
    "app.kubernetes.io/component": "proxy",
    "gateway.envoyproxy.io/owning-gateway-name": GATEWAY_NAME,
}
"""What Envoy Gateway labels these pods with."""

ACCESS_LOG: Final = {
    "startTime": "%START_TIME%",
    "method": "%REQ(:METHOD)%",
    "authority": "%REQ(:AUTHORITY)%",
    "path": "%REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH)%",
    "protocol": "%PROTOCOL%",
    "responseCode": "%RESPONSE_CODE%",
    "responseCodeDetails": "%RESPONSE_CODE_DETAILS%",
    "responseFlags": "%RESPONSE_FLAGS%",
    "bytesReceived": "%BYTES_RECEIVED%",
    "bytesSent": "%BYTES_SENT%",
    "duration": "%DURATION%",
    "client": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    "userAgent": "%REQ(USER-AGENT)%",
    "requestId": "%REQ(X-REQUEST-ID)%",
    "upstream": "%UPSTREAM_HOST%",
    "route": "%ROUTE_NAME%",
}
"""One line for each request. Never the query: clients of LiveKit send their token there."""


def envoy_proxy_spec(settings: GatewaySettings, service_annotations: Mapping[str, str]) -> dict[str, Any]:
    """The `spec` of an EnvoyProxy: Deployment, Service, autoscaler, disruption budget, log and the way they end."""
    return {
        "provider": {
            "type": "Kubernetes",
            "kubernetes": {
                "envoyDeployment": {
                    "name": GATEWAY_SERVICE,
                    "pod": {
                        "nodeSelector": CONTROLLER_NODES,
                        "priorityClassName": CONTROLLER_PRIORITY,
                        "topologySpreadConstraints": [
                            _spread("topology.kubernetes.io/zone"),
                            _spread("kubernetes.io/hostname"),
                        ],
                    },
                    "container": {"resources": RESOURCES},
                },
                "envoyService": {
                    "name": GATEWAY_SERVICE,
                    "type": "LoadBalancer",
                    # Only nodes with a pod are sent anything, and the client's address stays as it is.
                    "externalTrafficPolicy": "Local",
                    "annotations": dict(service_annotations),
                },
                "envoyHpa": {
                    "minReplicas": settings.replicas,
                    "maxReplicas": settings.max_replicas,
                    "metrics": [
                        {
                            "type": "Resource",
                            "resource": {
                                "name": "cpu",
                                "target": {"type": "Utilization", "averageUtilization": BUSY_CPU_PERCENT},
                            },
                        }
                    ],
                    "behavior": {"scaleDown": {"stabilizationWindowSeconds": CALM_SECONDS}},
                },
                "envoyPDB": {"maxUnavailable": 1},
            },
        },
        "shutdown": {
            "minDrainDuration": f"{DEREGISTER_SECONDS}s",
            "drainTimeout": f"{max(DRAIN_SECONDS, settings.request_seconds + DEREGISTER_SECONDS)}s",
        },
        "telemetry": {
            "accessLog": {
                "settings": [
                    {
                        "format": {"type": "JSON", "json": ACCESS_LOG},
                        "sinks": [{"type": "File", "file": {"path": "/dev/stdout"}}],
                    }
                ]
            }
        },
    }


def _spread(over: str) -> dict[str, Any]:
    """Evenly over zones or nodes, where there is room: a pod on the same node is better than none."""
    return {
        "topologyKey": over,
        "maxSkew": 1,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": POD_LABELS},
    }
