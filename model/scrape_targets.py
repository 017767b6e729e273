"""The controllers whose metrics Prometheus scrapes. Agents scrape nodes, kubelets and pod states by themselves.

Both backends use the same table: with Azure Monitor the targets become its PodMonitors, with Prometheus in the cluster
those of the Prometheus operator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from model import ports
from model.kubernetes import ADDON_NAMESPACE, SYSTEM
from settings.schema.aks_stack import AksStackSettings

_NAME: Final = "app.kubernetes.io/name"


@dataclass(frozen=True)
class ScrapeTarget:
    """Pods that serve metrics over HTTP.

    `labels` select the pods in `namespace`. `port` is the name of a container port, or a number if the pods declare
    no such port.
    """

    name: str
    namespace: str
    labels: Mapping[str, str]
    port: str | int
    path: str = "/metrics"


CERT_MANAGER: Final = ScrapeTarget(
    "cert-manager",
    SYSTEM.name,
    {_NAME: "cert-manager", "app.kubernetes.io/component": "controller"},
    "http-metrics",
)
GATEWAY_CONTROLLER: Final = ScrapeTarget("envoy-gateway", SYSTEM.name, {"control-plane": "envoy-gateway"}, "metrics")
GATEWAY_PROXIES: Final = ScrapeTarget(
    "envoy-proxies",
    SYSTEM.name,
    {_NAME: "envoy", "app.kubernetes.io/component": "proxy"},
    "metrics",
    "/stats/prometheus",
)
EXTERNAL_DNS: Final = ScrapeTarget("external-dns", SYSTEM.name, {_NAME: "external-dns"}, "http")
EXTERNAL_SECRETS: Final = ScrapeTarget("external-secrets", SYSTEM.name, {_NAME: "external-secrets"}, "metrics")
RELOADER: Final = ScrapeTarget("reloader", SYSTEM.name, {_NAME: "reloader"}, "http")
OPENTELEMETRY_COLLECTOR: Final = ScrapeTarget(
    "opentelemetry-collector", SYSTEM.name, {_NAME: "opentelemetry-collector"}, "metrics"
)
ARGO_CD: Final = ScrapeTarget("argo-cd", SYSTEM.name, {"app.kubernetes.io/part-of": "argocd"}, "metrics")
# AKS's add-on serves metrics there and declares no port for them (github.com/Azure/AKS/issues/4090).
KEDA: Final = ScrapeTarget("keda", ADDON_NAMESPACE, {_NAME: "keda-operator"}, ports.KEDA_METRICS.first)


def scrape_targets(settings: AksStackSettings) -> tuple[ScrapeTarget, ...]:
    """Returns the targets of a stack: the controllers that it runs."""
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
"""The targets that Azure Monitor's agent scrapes by default on this cluster, each with its own interval
(github.com/Azure/prometheus-collector, ama-metrics-settings-configmap).
"""
