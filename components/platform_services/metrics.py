"""The scraping and storage of metrics in the cluster."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import pulumi
import pulumi_kubernetes as kubernetes

from components.platform_services.custom_resource import custom_resource
from components.platform_services.prometheus_chart import prometheus_values
from components.platform_services.release import third_party_release
from model.charts import PROMETHEUS_STACK
from model.dashboard_model import SIDECAR_LABEL, grafana_model
from model.dashboards import DASHBOARDS
from model.kubernetes import ADDON_NAMESPACE, SYSTEM
from model.ports import PROMETHEUS, PROMETHEUS_SERVICE
from model.recording_rules import RULE_GROUPS
from model.rule_groups import RuleGroup
from model.scrape_targets import AZURE_AGENT_TARGETS, ScrapeTarget
from settings.schema.metrics import MetricsSettings

Backend = Literal["managed", "inCluster"]

MONITORS: Final[dict[Backend, str]] = {
    "managed": "azmonitoring.coreos.com/v1",
    "inCluster": "monitoring.coreos.com/v1",
}
"""The API of monitors. AKS's add-on has its own, so that both can exist in one cluster."""
AZURE_AGENT_SETTINGS: Final = "ama-metrics-settings-configmap"
"""The name of the ConfigMap with the settings of Azure's agent."""


@dataclass(frozen=True, kw_only=True)
class MetricsArgs:
    """Args of `Metrics`.

    `namespace` is the namespace of the controllers, `managed_endpoint` the URL of the Azure Monitor workspace.
    Nodes pull Grafana from `image_registry`.
    """

    namespace: pulumi.Input[str]
    backend: Backend
    settings: MetricsSettings
    targets: Sequence[ScrapeTarget]
    managed_endpoint: pulumi.Input[str]
    image_registry: str


class Metrics(pulumi.ComponentResource):
    """The scrape targets of Azure Monitor's agent or of Prometheus in the cluster.

    Owns a PodMonitor for each target. With Azure Monitor it owns the settings of the agent; with Prometheus in the
    cluster it owns the release of Prometheus, Alertmanager and Grafana, the recording rules and the dashboards. Does
    not own the add-on and its rules in Azure (`AksCluster`, `RecordingRules`), the dashboards of Azure Managed Grafana
    (`voice dashboards`) or the PodMonitors of workloads, which come with their charts.
    """

    address: pulumi.Output[str]
    """URL of the PromQL API. Azure's requires an identity with read access to the workspace."""

    def __init__(self, name: str, args: MetricsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:Metrics", name, None, opts)
        self._name, self._args = name, args
        self._children = pulumi.ResourceOptions(parent=self)
        if args.backend == "managed":
            self._agent_settings()
            self.address = pulumi.Output.from_input(args.managed_endpoint)
        else:
            prometheus = self._prometheus()
            # The release also installs the CRDs of monitors and rules.
            self._children = pulumi.ResourceOptions(parent=self, depends_on=[prometheus])
            self._rules()
            self._dashboards()
            host = f"{PROMETHEUS_SERVICE}.{SYSTEM.name}.svc"
            self.address = pulumi.Output.from_input(f"http://{host}:{PROMETHEUS}")
        for target in args.targets:
            self._monitor(target)
        self.register_outputs({"address": self.address})

    def _agent_settings(self) -> None:
        """Azure's agent scrapes nodes and pod states every 30 seconds by default and keeps the metrics that dashboards
        and rules use.
        """
        interval = f'"{self._args.settings.interval_seconds}s"'
        sections = {
            "default-targets-scrape-interval-settings": [f"{target} = {interval}" for target in AZURE_AGENT_TARGETS],
            "minimal-ingestion-profile": ["enabled = true"],
        }
        lines = [
            line
            for section, settings in sections.items()
            for line in (f"{section}: |-", *(f"  {setting}" for setting in settings))
        ]
        kubernetes.core.v1.ConfigMap(
            f"{self._name}-agent",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(name=AZURE_AGENT_SETTINGS, namespace=ADDON_NAMESPACE),
            data={"schema-version": "v2", "config-version": "1", "cluster-metrics": "\n".join(lines)},
            opts=self._children,
        )

    def _prometheus(self) -> kubernetes.helm.v3.Release:
        return third_party_release(
            f"{self._name}-prometheus",
            PROMETHEUS_STACK,
            release_name="prometheus",
            namespace=self._args.namespace,
            values=prometheus_values(self._args.settings, self._args.image_registry),
            opts=self._children,
        )

    def _monitor(self, target: ScrapeTarget) -> None:
        custom_resource(
            f"{self._name}-target-{target.name}",
            MONITORS[self._args.backend],
            "PodMonitor",
            self._metadata(target.name),
            {
                "selector": {"matchLabels": dict(target.labels)},
                "namespaceSelector": {"matchNames": [target.namespace]},
                "podMetricsEndpoints": [self._endpoint(target)],
            },
            self._children,
        )

    def _endpoint(self, target: ScrapeTarget) -> dict[str, Any]:
        endpoint: dict[str, Any] = {
            "path": target.path,
            "interval": f"{self._args.settings.interval_seconds}s",
            # Controllers label metrics with the namespace and pod of their subject, which wins over their own.
            "honorLabels": True,
        }
        if isinstance(target.port, str):
            return {**endpoint, "port": target.port}
        address = {
            "sourceLabels": ["__meta_kubernetes_pod_ip"],
            "targetLabel": "__address__",
            "replacement": f"$1:{target.port}",
        }
        return {**endpoint, "relabelings": [address]}

    def _rules(self) -> None:
        custom_resource(
            f"{self._name}-rules",
            MONITORS["inCluster"],
            "PrometheusRule",
            self._metadata("recording-rules"),
            {"groups": [_rule_group(group) for group in RULE_GROUPS]},
            self._children,
        )

    def _dashboards(self) -> None:
        for dashboard in DASHBOARDS:
            kubernetes.core.v1.ConfigMap(
                f"{self._name}-dashboard-{dashboard.uid}",
                metadata=kubernetes.meta.v1.ObjectMetaArgs(
                    name=f"dashboard-{dashboard.uid}",
                    namespace=self._args.namespace,
                    labels={SIDECAR_LABEL: "1"},
                ),
                data={f"{dashboard.uid}.json": json.dumps(grafana_model(dashboard), indent=1)},
                opts=self._children,
            )

    def _metadata(self, name: str) -> kubernetes.meta.v1.ObjectMetaArgs:
        return kubernetes.meta.v1.ObjectMetaArgs(name=name, namespace=self._args.namespace)


def _rule_group(group: RuleGroup) -> dict[str, Any]:
    return {
        "name": group.name,
        "interval": f"{group.interval_minutes}m",
        "rules": [
            {
                "record": rule.record,
                "expr": rule.expression,
                **({"labels": dict(rule.labels)} if rule.labels else {}),
            }
            for rule in group.rules
        ],
    }
