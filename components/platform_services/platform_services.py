"""The shared services of a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.platform_services.certificate_copy import CertificateCopy, CertificateCopyArgs
from components.platform_services.certificates import Certificates, CertificatesArgs
from components.platform_services.external_dns import ExternalDns, ExternalDnsArgs
from components.platform_services.gateway import Gateway, GatewayArgs
from components.platform_services.git_ops import GitOps, GitOpsArgs
from components.platform_services.mesh import Mesh, MeshArgs
from components.platform_services.metrics import Metrics, MetricsArgs
from components.platform_services.namespaces import Namespaces, NamespacesArgs
from components.platform_services.policies import NetworkPolicies, NetworkPoliciesArgs
from components.platform_services.quotas import Quotas, QuotasArgs
from components.platform_services.reloader import Reloader, ReloaderArgs
from components.platform_services.scaling import Scaling, ScalingArgs
from components.platform_services.tracing import ApplicationInsights, Tracing, TracingArgs
from components.scope import Scope
from components.workload_identity import WorkloadIdentity
from model.address_plan import region_plan
from model.features import Feature, features
from model.host_names import host_names
from model.image_cache import image_registry
from model.kubernetes import APPS, SYSTEM
from model.ports import OTLP_SERVICE
from model.scrape_targets import scrape_targets
from model.tls_certificates import GATEWAY_CERTIFICATE, tls_certificates
from settings.schema.aks_stack import AksStackSettings


@dataclass(frozen=True, kw_only=True)
class PlatformServicesArgs:
    """Args of `PlatformServices`: the settings of the whole stack, because it composes many sections.

    `identities` are by account name. Nodes can pull images after `registry_access`. `after` contains the owners of the
    controllers' roles in Azure. `metrics_endpoint` is the query URL of the Azure Monitor workspace, `trace_connection`
    the connection string of Application Insights.
    """

    settings: AksStackSettings
    identities: Mapping[str, WorkloadIdentity]
    cluster: pulumi.Resource
    registry_access: pulumi.Resource
    after: Sequence[pulumi.Resource] = ()
    metrics_endpoint: pulumi.Input[str]
    trace_connection: pulumi.Input[str]


class PlatformServices(pulumi.ComponentResource):
    """The shared services in the cluster, which exist before the first workload.

    Composes namespaces, policies, certificates, the Gateway, metrics, scaling, tracing and optional controllers. Does
    not own workloads, nor add-ons of AKS. Requires the cluster's provider in `opts.providers`.
    """

    namespaces: dict[str, pulumi.Output[str]]
    """Names by name, each known once the namespace exists."""
    prometheus_address: pulumi.Output[str] | None
    """PromQL URL for scaling on metrics; `None` without a metrics backend. Azure's requires the
    ClusterTriggerAuthentication of `Scaling`.
    """

    def __init__(
        self, name: str, scope: Scope, args: PlatformServicesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:PlatformServices", name, None, opts)
        self._name, self._scope, self._args, self._settings = name, scope, args, args.settings
        self._children = pulumi.ResourceOptions(parent=self)
        self.namespaces = self._namespaces()
        self._policies()
        self._certificates()
        gateway = self._gateway()
        self.prometheus_address = self._metrics()
        if Feature.SCALING_ON_MANAGED_METRICS in features(self._settings):
            self._scaling()
        if self._settings.tracing.exporters:
            self._tracing()
        if Feature.AUTOMATIC_DNS in features(self._settings):
            self._external_dns(gateway)
        self._optional_controllers()
        self.register_outputs({"namespaces": self.namespaces})

    def _namespaces(self) -> dict[str, pulumi.Output[str]]:
        return Namespaces(
            f"{self._name}-namespaces",
            NamespacesArgs(
                kubernetes_version=self._settings.aks.kubernetes_version,
                mesh=self._settings.mesh,
                after=[self._args.cluster, self._args.registry_access],
            ),
            opts=self._children,
        ).names

    def _policies(self) -> None:
        NetworkPolicies(
            f"{self._name}-policies",
            NetworkPoliciesArgs(settings=self._settings, namespaces=self.namespaces),
            opts=self._children,
        )
        Quotas(
            f"{self._name}-quotas",
            QuotasArgs(aks=self._settings.aks, namespaces=self.namespaces),
            opts=self._children,
        )
        if self._settings.mesh.enabled:
            Mesh(
                f"{self._name}-mesh",
                MeshArgs(settings=self._settings, namespaces=self.namespaces),
                opts=self._children,
            )

    def _certificates(self) -> None:
        settings, enabled = self._settings, features(self._settings)
        public = Feature.PUBLIC_CERTIFICATES in enabled
        certificates = Certificates(
            f"{self._name}-certificates",
            self._scope,
            CertificatesArgs(
                namespaces=self.namespaces,
                certificates=tls_certificates(settings),
                settings=settings.certificates,
                hosts=host_names(settings),
                client_id=self._args.identities["cert-manager"].client_id if public else None,
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(self._args.after)),
        )
        if Feature.CERTIFICATE_COPY in enabled:
            CertificateCopy(
                f"{self._name}-certificate-copy",
                self._scope,
                CertificateCopyArgs(
                    namespace=self.namespaces[GATEWAY_CERTIFICATE.namespace],
                    tenant_id=settings.azure.tenant_id,
                    client_id=self._args.identities["external-secrets"].client_id,
                    certificate=certificates.ready[GATEWAY_CERTIFICATE.name],
                ),
                opts=self._children,
            )

    def _gateway(self) -> Gateway:
        settings = self._settings
        return Gateway(
            f"{self._name}-gateway",
            self._scope,
            GatewayArgs(
                namespaces=self.namespaces,
                settings=settings.gateway,
                hosts=host_names(settings),
                plan=region_plan(settings.this_region),
                image_registry=image_registry(settings),
            ),
            opts=self._children,
        )

    def _external_dns(self, gateway: Gateway) -> None:
        settings = self._settings
        ExternalDns(
            f"{self._name}-external-dns",
            self._scope,
            ExternalDnsArgs(
                namespace=self.namespaces[SYSTEM.name],
                settings=settings.dns,
                hosts=host_names(settings),
                tenant_id=settings.azure.tenant_id,
                client_id=self._args.identities["external-dns"].client_id,
                after=[*self._args.after, gateway],
            ),
            opts=self._children,
        )

    def _optional_controllers(self) -> None:
        """Declares the controllers that deliver changes to running services, by setting."""
        delivery, system = self._settings.delivery, self.namespaces[SYSTEM.name]
        if delivery.reloader:
            Reloader(f"{self._name}-reloader", ReloaderArgs(namespace=system), opts=self._children)
        if delivery.git_ops is not None:
            GitOps(
                f"{self._name}-git-ops",
                GitOpsArgs(
                    namespace=system,
                    own_services=self.namespaces[APPS.name],
                    settings=delivery.git_ops,
                ),
                opts=self._children,
            )

    def _metrics(self) -> pulumi.Output[str] | None:
        settings = self._settings
        if settings.metrics.backend == "none":
            return None
        return Metrics(
            f"{self._name}-metrics",
            MetricsArgs(
                namespace=self.namespaces[SYSTEM.name],
                backend=settings.metrics.backend,
                settings=settings.metrics,
                targets=scrape_targets(settings),
                managed_endpoint=self._args.metrics_endpoint,
                image_registry=image_registry(settings),
            ),
            opts=self._children,
        ).address

    def _scaling(self) -> None:
        Scaling(
            f"{self._name}-scaling",
            ScalingArgs(client_id=self._args.identities["keda-operator"].client_id),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(self._args.after)),
        )

    def _tracing(self) -> None:
        azure = None
        if Feature.AZURE_TRACES in features(self._settings):
            azure = ApplicationInsights(
                connection=self._args.trace_connection,
                client_id=self._args.identities[OTLP_SERVICE].client_id,
            )
        Tracing(
            f"{self._name}-tracing",
            TracingArgs(
                namespace=self.namespaces[SYSTEM.name],
                settings=self._settings.tracing,
                image_registry=image_registry(self._settings),
                application_insights=azure,
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(self._args.after)),
        )
