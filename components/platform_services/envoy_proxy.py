"""The EnvoyProxy object, from which Envoy Gateway creates the Gateway's pods."""

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
"""Of one pod, without a CPU limit, because throttling delays responses."""

POD_LABELS: Final = {
    "app.kubernetes.io/name": "envoy",
    "app.kubernetes.io/component": "proxy",
    "gateway.envoyproxy.io/owning-gateway-name": GATEWAY_NAME,
}
"""Labels that Envoy Gateway sets on these pods."""

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
"""Fields of the access log, without the query string: LiveKit clients send their token in it."""


def envoy_proxy_spec(
    settings: GatewaySettings, service_annotations: Mapping[str, str], image_registry: str
) -> dict[str, Any]:
    """The `spec` of an EnvoyProxy: Deployment, Service, autoscaler, disruption budget, access log and shutdown."""
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
                    "container": {"imageRepository": f"{image_registry}/envoyproxy/envoy", "resources": RESOURCES},
                },
                "envoyService": {
                    "name": GATEWAY_SERVICE,
                    "type": "LoadBalancer",
                    # Sends traffic only to nodes with a pod, and keeps the client's address.
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
    """Spreads pods evenly over zones or nodes if possible; otherwise pods share a node."""
    return {
        "topologyKey": over,
        "maxSkew": 1,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": POD_LABELS},
    }
