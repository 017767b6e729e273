"""What Prometheus reads in the cluster, beside what every agent reads by itself (nodes, kubelets, pods' states).

One table for both backends: with Azure Monitor the targets become its own kind of PodMonitor, with Prometheus in the
cluster the Prometheus operator's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from model import ports
from settings.schema.aks_stack import AksStackSettings

SYSTEM_NAMESPACE: Final = "voice-system"
"""Namespace of the platform's controllers."""
ADDON_NAMESPACE: Final = "kube-system"
"""Namespace of what AKS installs by itself."""

_NAME: Final = "app.kubernetes.io/name"


@dataclass(frozen=True)
class ScrapeTarget:
    """Pods that tell their metrics over HTTP.

    `labels` select the pods in `namespace`. `port` is the name of a container's port, or its number where the pods
    declare no port of that name.
    """

    name: str
    namespace: str
    labels: Mapping[str, str]
    port: str | int
    path: str = "/metrics"


CERT_MANAGER: Final = ScrapeTarget(
    "cert-manager",
    SYSTEM_NAMESPACE,
    {_NAME: "cert-manager", "app.kubernetes.io/component": "controller"},
    "http-metrics",
)
GATEWAY_CONTROLLER: Final = ScrapeTarget(
    "envoy-gateway", SYSTEM_NAMESPACE, {"control-plane": "envoy-gateway"}, "metrics"
)
GATEWAY_PROXIES: Final = ScrapeTarget(
    "envoy-proxies",
    SYSTEM_NAMESPACE,
    {_NAME: "envoy", "app.kubernetes.io/component": "proxy"},
    "metrics",
    "/stats/prometheus",
)
EXTERNAL_DNS: Final = ScrapeTarget("external-dns", SYSTEM_NAMESPACE, {_NAME: "external-dns"}, "http")
EXTERNAL_SECRETS: Final = ScrapeTarget("external-secrets", SYSTEM_NAMESPACE, {_NAME: "external-secrets"}, "metrics")
RELOADER: Final = ScrapeTarget("reloader", SYSTEM_NAMESPACE, {_NAME: "reloader"}, "http")
OPENTELEMETRY_COLLECTOR: Final = ScrapeTarget(
    "opentelemetry-collector", SYSTEM_NAMESPACE, {_NAME: "opentelemetry-collector"}, "metrics"
)
ARGO_CD: Final = ScrapeTarget("argo-cd", SYSTEM_NAMESPACE, {"app.kubernetes.io/part-of": "argocd"}, "metrics")
# AKS's add-on serves metrics there and declares no port for them (github.com/Azure/AKS/issues/4090).
KEDA: Final = ScrapeTarget("keda", ADDON_NAMESPACE, {_NAME: "keda-operator"}, ports.KEDA_METRICS.first)


def scrape_targets(settings: AksStackSettings) -> tuple[ScrapeTarget, ...]:
    """The targets of a stack: of the platform's controllers those that it runs."""
    runs = (
        (CERT_MANAGER, True),
        (GATEWAY_CONTROLLER, True),
        (GATEWAY_PROXIES, True),
        (EXTERNAL_DNS, settings.dns.automatic),
        (EXTERNAL_SECRETS, settings.certificates.copy_to_key_vault),
        (RELOADER, settings.delivery.reloader),
        (OPENTELEMETRY_COLLECTOR, bool(settings.tracing.exporters)),
        (ARGO_CD, settings.delivery.git_ops is not None),
        (KEDA, settings.scaling.enabled),
    )
    return tuple(target for target, wanted in runs if wanted)


AZURE_AGENT_TARGETS: Final = ("kubelet", "cadvisor", "kubestate", "nodeexporter", "networkobservabilityCilium")
"""What Azure Monitor's agent reads by itself on this kind of cluster, by its own names, each with its own interval
(github.com/Azure/prometheus-collector, ama-metrics-settings-configmap).
"""
