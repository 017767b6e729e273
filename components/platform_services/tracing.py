"""The OpenTelemetry collector for the traces of workloads, and optionally Jaeger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.platform_services.collector_config import CONNECTION_VARIABLE, collector_config
from components.platform_services.jaeger_chart import jaeger_values
from components.platform_services.release import CONTROLLER_NODES, CONTROLLER_PRIORITY, third_party_release
from model.charts import JAEGER, OPENTELEMETRY_COLLECTOR
from model.kubernetes import CLIENT_ID_ANNOTATION
from model.ports import COLLECTOR_METRICS, JAEGER_SERVICE, OTLP_GRPC, OTLP_HTTP, OTLP_SERVICE, Ports
from settings.schema.metrics import TracingSettings

REPLICAS: Final = 2


@dataclass(frozen=True, kw_only=True)
class ApplicationInsights:
    """The destination of traces in Azure. `client_id` is the client id of the collector's identity."""

    connection: pulumi.Input[str]
    client_id: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class TracingArgs:
    """Args of `Tracing`. `namespace` is the controllers'; `application_insights` is set if it receives traces. Nodes
    pull the images from `image_registry`.
    """

    namespace: pulumi.Input[str]
    settings: TracingSettings
    image_registry: str
    application_insights: ApplicationInsights | None = None


class Tracing(pulumi.ComponentResource):
    """One OpenTelemetry collector for all traces of the cluster (Service `OTLP_SERVICE` of `model.ports`).

    Owns the collector and, by setting, Jaeger with its disk. Does not own Application Insights (`Observability`), the
    collector's role on it (`TelemetryAccess`), nor the collection of logs and metrics.
    """

    def __init__(self, name: str, args: TracingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:Tracing", name, None, opts)
        self._name, self._args = name, args
        jaeger = [self._jaeger()] if "jaeger" in args.settings.exporters else []
        third_party_release(
            f"{name}-collector",
            OPENTELEMETRY_COLLECTOR,
            release_name=OTLP_SERVICE,
            namespace=args.namespace,
            values=self._collector_values(),
            opts=pulumi.ResourceOptions(parent=self, depends_on=jaeger),
        )
        self.register_outputs({})

    def _jaeger(self) -> kubernetes.helm.v3.Release:
        return third_party_release(
            f"{self._name}-jaeger",
            JAEGER,
            release_name=JAEGER_SERVICE,
            namespace=self._args.namespace,
            values=jaeger_values(self._args.image_registry),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _collector_values(self) -> dict[str, Any]:
        ports = {"otlp": OTLP_GRPC, "otlp-http": OTLP_HTTP, "metrics": COLLECTOR_METRICS}
        others = ("jaeger-compact", "jaeger-thrift", "jaeger-grpc", "zipkin")
        return {
            "fullnameOverride": OTLP_SERVICE,
            "mode": "deployment",
            # The contrib distribution: the core one has no exporter for Azure Monitor.
            "image": {"repository": f"{self._args.image_registry}/otel/opentelemetry-collector-contrib"},
            # Replaces the chart's configuration; `config` would be merged with it.
            "alternateConfig": collector_config(self._args.settings),
            "replicaCount": REPLICAS,
            "podDisruptionBudget": {"enabled": True, "maxUnavailable": 1},
            "ports": {
                **{port: {"enabled": True, **_same(number)} for port, number in ports.items()},
                **{port: {"enabled": False} for port in others},
            },
            "serviceAccount": {"name": OTLP_SERVICE, "annotations": self._identity_annotations()},
            "podLabels": {"azure.workload.identity/use": "true"} if self._args.application_insights else {},
            "extraEnvs": self._environment(),
            "nodeSelector": CONTROLLER_NODES,
            "priorityClassName": CONTROLLER_PRIORITY,
            "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}},
            "securityContext": {
                "runAsNonRoot": True,
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            },
        }

    def _identity_annotations(self) -> dict[str, pulumi.Input[str]]:
        azure = self._args.application_insights
        return {CLIENT_ID_ANNOTATION: azure.client_id} if azure else {}

    def _environment(self) -> list[dict[str, pulumi.Input[str]]]:
        azure = self._args.application_insights
        return [{"name": CONNECTION_VARIABLE, "value": azure.connection}] if azure else []


def _same(port: Ports) -> dict[str, int]:
    """The same port number in the container and in the Service."""
    return {"containerPort": port.first, "servicePort": port.first}
