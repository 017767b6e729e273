"""Values of the chart of Jaeger."""

from __future__ import annotations

from typing import Any, Final

from components.platform_services.release import CONTROLLER_NODES
from model.ports import COLLECTOR_HEALTH, COLLECTOR_METRICS, JAEGER_PAGES, JAEGER_SERVICE, OTLP_GRPC, OTLP_HTTP, Ports

KEPT_HOURS: Final = 72
"""Retention of traces."""
DISK_GIB: Final = 32

_STORE: Final = "disk"
_DATA: Final = "/badger"
_CLAIM: Final = "jaeger-traces"


def _everywhere(port: Ports) -> dict[str, str]:
    return {"endpoint": f"0.0.0.0:{port}"}


def jaeger_values(image_registry: str) -> dict[str, Any]:
    """One pod with an embedded database on a disk. It can move to another node of the disk's zone, but it cannot have
    replicas. For more, use Application Insights.
    """
    return {
        "fullnameOverride": JAEGER_SERVICE,
        "global": {"imageRegistry": image_registry},
        "userconfig": _config(),
        "jaeger": {
            "nodeSelector": CONTROLLER_NODES,
            "resources": {"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"memory": "2Gi"}},
            "serviceAccount": {"automountServiceAccountToken": False},
            "securityContext": {
                "runAsNonRoot": True,
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
            },
            "extraVolumes": [{"name": _STORE, "persistentVolumeClaim": {"claimName": _CLAIM}}],
            "extraVolumeMounts": [{"name": _STORE, "mountPath": _DATA}],
        },
        "extraObjects": [_claim()],
    }


def _claim() -> dict[str, Any]:
    """The disk. The release owns it and deletes it."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": _CLAIM},
        "spec": {
            "storageClassName": "standard-ssd",
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": f"{DISK_GIB}Gi"}},
        },
    }


def _config() -> dict[str, Any]:
    """The whole configuration: Jaeger is an OpenTelemetry collector with a store and a web UI."""
    badger = {
        "directories": {"keys": f"{_DATA}/keys", "values": f"{_DATA}/values"},
        "ephemeral": False,
        "ttl": {"spans": f"{KEPT_HOURS}h"},
    }
    metrics = {"host": "0.0.0.0", "port": COLLECTOR_METRICS.first}
    return {
        "extensions": {
            "healthcheckv2": {"use_v2": True, "http": _everywhere(COLLECTOR_HEALTH)},
            "jaeger_storage": {"backends": {_STORE: {"badger": badger}}},
            "jaeger_query": {"storage": {"traces": _STORE}, "http": _everywhere(JAEGER_PAGES)},
        },
        "receivers": {"otlp": {"protocols": {"grpc": _everywhere(OTLP_GRPC), "http": _everywhere(OTLP_HTTP)}}},
        "processors": {"batch": {}},
        "exporters": {"jaeger_storage_exporter": {"trace_storage": _STORE}},
        "service": {
            "extensions": ["healthcheckv2", "jaeger_storage", "jaeger_query"],
            "telemetry": {"metrics": {"readers": [{"pull": {"exporter": {"prometheus": metrics}}}]}},
            "pipelines": {
                "traces": {
                    "receivers": ["otlp"],
                    "processors": ["batch"],
                    "exporters": ["jaeger_storage_exporter"],
                }
            },
        },
    }
