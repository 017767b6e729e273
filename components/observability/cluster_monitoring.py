"""Collection of a cluster's logs and metrics."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import monitor

from components.diagnostics import diagnose
from components.scope import Scope
from model.log_categories import LogSource

PROMETHEUS_STREAM = "Microsoft-PrometheusMetrics"
LOG_STREAMS = ("Microsoft-ContainerLogV2", "Microsoft-KubeEvents", "Microsoft-KubePodInventory")
"""Container logs, with the events and inventory that explain them. Metrics go to Prometheus."""

ENDPOINT_ASSOCIATION = "configurationAccessEndpoint"
LOGS_ASSOCIATION = "ContainerInsightsExtension"
"""Names that Azure prescribes."""


@dataclass(frozen=True, kw_only=True)
class ClusterMonitoringArgs:
    """Args of `ClusterMonitoring`. `managed_metrics` is true if the cluster has the Azure Monitor add-on for
    Prometheus.
    """

    cluster_id: pulumi.Input[str]
    monitor_workspace_id: pulumi.Input[str]
    managed_metrics: bool = False


class ClusterMonitoring(pulumi.ComponentResource):
    """The collection of one cluster's metrics and logs into the region's stores.

    Owns the collection endpoint and rules, their associations with the cluster, and the diagnostic setting of the
    control plane. Does not own the stores (`Observability`), the agents (add-ons of the cluster) or the scrape targets
    (`Metrics`).
    """

    def __init__(
        self, name: str, scope: Scope, args: ClusterMonitoringArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:ClusterMonitoring", name, None, opts)
        self._name, self._scope, self._args = name, scope, args
        if args.managed_metrics:
            endpoint = self._endpoint()
            metrics = self._metrics_rule(endpoint)
            self._associate("endpoint", ENDPOINT_ASSOCIATION, endpoint=endpoint)
            self._associate("metrics", scope.names.collection_rule("metrics"), rule=metrics)
        self._associate("logs", LOGS_ASSOCIATION, rule=self._logs_rule())
        diagnose(
            f"{name}-diagnostics",
            args.cluster_id,
            scope.audit_workspace_id,
            pulumi.ResourceOptions(parent=self),
            scope=scope,
            source=LogSource.CLUSTER,
        )
        self.register_outputs({})

    def _endpoint(self) -> monitor.DataCollectionEndpoint:
        return monitor.DataCollectionEndpoint(
            f"{self._name}-endpoint",
            data_collection_endpoint_name=self._scope.names.collection_endpoint,
            resource_group_name=self._scope.resource_group_name,
            location=self._scope.location,
            kind="Linux",
            network_acls=monitor.DataCollectionEndpointNetworkAclsArgs(public_network_access="Enabled"),
            tags=self._scope.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _metrics_rule(self, endpoint: monitor.DataCollectionEndpoint) -> monitor.DataCollectionRule:
        args, store = self._args, "metrics"
        return monitor.DataCollectionRule(
            f"{self._name}-metrics",
            data_collection_rule_name=self._scope.names.collection_rule("metrics"),
            resource_group_name=self._scope.resource_group_name,
            location=self._scope.location,
            kind="Linux",
            data_collection_endpoint_id=endpoint.id,
            data_sources=monitor.DataCollectionRuleDataSourcesArgs(
                prometheus_forwarder=[
                    monitor.PrometheusForwarderDataSourceArgs(name="prometheus", streams=[PROMETHEUS_STREAM])
                ]
            ),
            destinations=monitor.DataCollectionRuleDestinationsArgs(
                monitoring_accounts=[
                    monitor.MonitoringAccountDestinationArgs(name=store, account_resource_id=args.monitor_workspace_id)
                ]
            ),
            data_flows=[monitor.DataFlowArgs(streams=[PROMETHEUS_STREAM], destinations=[store])],
            tags=self._scope.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _logs_rule(self) -> monitor.DataCollectionRule:
        store = "logs"
        return monitor.DataCollectionRule(
            f"{self._name}-logs",
            data_collection_rule_name=self._scope.names.collection_rule("logs"),
            resource_group_name=self._scope.resource_group_name,
            location=self._scope.location,
            kind="Linux",
            data_sources=monitor.DataCollectionRuleDataSourcesArgs(
                extensions=[
                    monitor.ExtensionDataSourceArgs(
                        name="container-insights",
                        extension_name="ContainerInsights",
                        streams=list(LOG_STREAMS),
                        extension_settings={
                            "dataCollectionSettings": {
                                "interval": "1m",
                                "namespaceFilteringMode": "Off",
                                "enableContainerLogV2": True,
                            }
                        },
                    )
                ]
            ),
            destinations=monitor.DataCollectionRuleDestinationsArgs(
                log_analytics=[
                    monitor.LogAnalyticsDestinationArgs(name=store, workspace_resource_id=self._scope.log_workspace_id)
                ]
            ),
            data_flows=[monitor.DataFlowArgs(streams=list(LOG_STREAMS), destinations=[store])],
            tags=self._scope.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _associate(
        self,
        short: str,
        association_name: str,
        endpoint: monitor.DataCollectionEndpoint | None = None,
        rule: monitor.DataCollectionRule | None = None,
    ) -> None:
        """Azure accepts a rule or an endpoint in one association, not both."""
        monitor.DataCollectionRuleAssociation(
            f"{self._name}-association-{short}",
            association_name=association_name,
            resource_uri=self._args.cluster_id,
            data_collection_endpoint_id=endpoint.id if endpoint else None,
            data_collection_rule_id=rule.id if rule else None,
            opts=pulumi.ResourceOptions(parent=self),
        )
