"""Third-party Helm charts with their repositories and versions.

What recorded Kubernetes knows of a chart (its definitions and the keys of its values) stands under
`azure_rehearsal/kubernetes/`, generated for the versions here; `tools/definitions.yaml` says from what.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class ThirdPartyChart:
    """One pinned chart, in the form of a `helm.v3.Release`. `repository` is the address of its Helm repository. For a
    chart in an OCI registry it is empty, and `name` is the whole `oci://` address.
    """

    name: str
    repository: str
    version: str
    purpose: str

    @property
    def short_name(self) -> str:
        """The name of the chart without the address."""
        return self.name.rpartition("/")[2]


CERT_MANAGER: Final = ThirdPartyChart(
    "cert-manager", "https://charts.jetstack.io", "v1.21.2", "certificates by ACME, and their renewal"
)
ENVOY_GATEWAY: Final = ThirdPartyChart(
    "oci://docker.io/envoyproxy/gateway-helm", "", "v1.9.1", "the Gateway: HTTPS and WSS into the cluster"
)
EXTERNAL_DNS: Final = ThirdPartyChart(
    "external-dns",
    "https://kubernetes-sigs.github.io/external-dns/",
    "1.21.1",
    "DNS records of hosts that routes name, where dns.automatic asks for it",
)
EXTERNAL_SECRETS: Final = ThirdPartyChart(
    "external-secrets", "https://charts.external-secrets.io", "2.9.0", "copies certificates to the Key Vault"
)
RELOADER: Final = ThirdPartyChart(
    "reloader", "https://stakater.github.io/stakater-charts", "2.2.16", "restarts what reads a secret that was rotated"
)
PROMETHEUS_STACK: Final = ThirdPartyChart(
    "kube-prometheus-stack",
    "https://prometheus-community.github.io/helm-charts",
    "88.5.3",
    "Prometheus and Grafana in the cluster, where metrics.backend asks for it",
)
OPENTELEMETRY_COLLECTOR: Final = ThirdPartyChart(
    "opentelemetry-collector",
    "https://open-telemetry.github.io/opentelemetry-helm-charts",
    "0.170.0",
    "takes traces and logs from workloads to where they are kept",
)
JAEGER: Final = ThirdPartyChart(
    "jaeger", "https://jaegertracing.github.io/helm-charts", "4.11.1", "shows traces inside the cluster, by setting"
)
ARGO_CD: Final = ThirdPartyChart(
    "argo-cd",
    "https://argoproj.github.io/argo-helm",
    "10.1.1",
    "deploys teams' own services from their repositories, by setting",
)

CHARTS: Final = (
    CERT_MANAGER,
    ENVOY_GATEWAY,
    EXTERNAL_DNS,
    EXTERNAL_SECRETS,
    RELOADER,
    PROMETHEUS_STACK,
    OPENTELEMETRY_COLLECTOR,
    JAEGER,
    ARGO_CD,
)
