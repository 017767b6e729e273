"""Values of the chart of Prometheus, Grafana and Alertmanager."""

from __future__ import annotations

from typing import Any, Final

from components.platform_services.release import CONTROLLER_NODES, CONTROLLER_PRIORITY
from model.dashboard_model import SIDECAR_LABEL
from model.ports import NODE_EXPORTER, PROMETHEUS, PROMETHEUS_SERVICE
from model.scrape_targets import ADDON_NAMESPACE
from settings.schema.metrics import MetricsSettings

REPLICAS: Final = 2
"""Of Prometheus and Alertmanager. Each Prometheus scrapes every target; Alertmanager deduplicates alerts."""
FULL_AT: Final = 0.85
"""Share of its disk at which Prometheus deletes its oldest data; compaction needs the rest."""
ALERTMANAGER_GIB: Final = 2
GRAFANA_GIB: Final = 10

_DISK: Final = "fast-ssd"
_SMALL_DISK: Final = "standard-ssd"
_PLACE: Final = {"nodeSelector": CONTROLLER_NODES, "priorityClassName": CONTROLLER_PRIORITY}
_OFF: Final = {"enabled": False}
_SHARED: Final = {"podDisruptionBudget": {"enabled": True, "minAvailable": 1}}


def _resources(cpu: str, memory: str, most_memory: str) -> dict[str, dict[str, str]]:
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": most_memory}}


def _volume(storage_class: str, gib: int) -> dict[str, Any]:
    return {
        "volumeClaimTemplate": {
            "spec": {
                "storageClassName": storage_class,
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": f"{gib}Gi"}},
            }
        }
    }


# Delete disks with their StatefulSet: nothing else would delete them.
_DISKS_GO: Final = {"whenDeleted": "Delete", "whenScaled": "Retain"}


def prometheus_values(settings: MetricsSettings, image_registry: str) -> dict[str, Any]:
    """The values of kube-prometheus-stack, without its rules: the platform has its own, the same as in Azure."""
    return {
        "fullnameOverride": PROMETHEUS_SERVICE.removesuffix("-prometheus"),
        "defaultRules": {"create": False},
        "prometheus": _prometheus(settings),
        "alertmanager": {
            **_SHARED,
            "alertmanagerSpec": {
                **_PLACE,
                "replicas": REPLICAS,
                "storage": _volume(_SMALL_DISK, ALERTMANAGER_GIB),
                "persistentVolumeClaimRetentionPolicy": _DISKS_GO,
                "resources": _resources("50m", "128Mi", "256Mi"),
            },
        },
        "grafana": _grafana(image_registry),
        "prometheusOperator": {
            # Its webhook needs certificates and jobs; the program checks objects before it sends them.
            "admissionWebhooks": _OFF,
            "tls": _OFF,
            "nodeSelector": CONTROLLER_NODES,
            "resources": _resources("100m", "128Mi", "256Mi"),
        },
        "kube-state-metrics": {**_PLACE, "resources": _resources("50m", "128Mi", "512Mi")},
        "prometheus-node-exporter": {
            # It reads files of the nodes, which Pod Security forbids in our namespaces.
            "fullnameOverride": "node-exporter",
            "namespaceOverride": ADDON_NAMESPACE,
            "priorityClassName": CONTROLLER_PRIORITY,
            "service": {"port": NODE_EXPORTER.first, "targetPort": NODE_EXPORTER.first},
            "resources": _resources("50m", "32Mi", "128Mi"),
        },
        # AKS does not expose these, and Cilium replaces kube-proxy.
        **dict.fromkeys(("kubeControllerManager", "kubeEtcd", "kubeScheduler", "kubeProxy"), _OFF),
    }


def _prometheus(settings: MetricsSettings) -> dict[str, Any]:
    interval = f"{settings.interval_seconds}s"
    return {
        **_SHARED,
        # A dashboard stays with one replica, so it does not show the gaps of the other.
        "service": {"port": PROMETHEUS.first, "targetPort": PROMETHEUS.first, "sessionAffinity": "ClientIP"},
        "prometheusSpec": {
            **_PLACE,
            "replicas": REPLICAS,
            "scrapeInterval": interval,
            "retention": f"{settings.retention_days}d",
            "retentionSize": f"{int(settings.storage_gib * FULL_AT)}GB",
            "storageSpec": _volume(_DISK, settings.storage_gib),
            "persistentVolumeClaimRetentionPolicy": _DISKS_GO,
            "resources": _resources("500m", "2Gi", "4Gi"),
            # Select all monitors and rules in the cluster, not only those of this chart.
            **{
                f"{kind}SelectorNilUsesHelmValues": False
                for kind in ("podMonitor", "serviceMonitor", "probe", "rule", "scrapeConfig")
            },
        },
    }


def _grafana(image_registry: str) -> dict[str, Any]:
    """One pod, because its database is a file. The chart generates the password of `admin` in the Secret
    `prometheus-grafana`.
    """
    return {
        "fullnameOverride": "prometheus-grafana",
        # The chart's other images come from registries without a limit per address.
        "image": {"registry": image_registry},
        "deploymentStrategy": {"type": "Recreate"},
        "persistence": {
            "enabled": True,
            "storageClassName": _SMALL_DISK,
            "accessModes": ["ReadWriteOnce"],
            "size": f"{GRAFANA_GIB}Gi",
        },
        "initChownData": _OFF,
        "sidecar": {"dashboards": {"enabled": True, "label": SIDECAR_LABEL, "labelValue": "1"}},
        **_PLACE,
        "resources": _resources("100m", "256Mi", "512Mi"),
    }
