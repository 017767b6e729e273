"""Flow logs of a network."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import network

from components.scope import Scope
from model.naming import WATCHER_GROUP, network_watcher

RETENTION_DAYS = 7
"""Retention of the raw files. The workspace keeps the analytics."""
ANALYTICS_MINUTES = 60
"""Azure offers 10 and 60."""


@dataclass(frozen=True, kw_only=True)
class FlowLogsArgs:
    """Args of `FlowLogs`."""

    virtual_network_id: pulumi.Input[str]
    storage_id: pulumi.Input[str]


class FlowLogs(pulumi.ComponentResource):
    """The flow log of one virtual network (Azure retired flow logs of single security groups).

    Owns the log. Does not own its network watcher: Azure creates one per region, in a separate resource group, and
    refuses a second one.
    """

    def __init__(self, name: str, scope: Scope, args: FlowLogsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:FlowLogs", name, None, opts)
        network.FlowLog(
            f"{name}-log",
            flow_log_name=scope.names.flow_log,
            network_watcher_name=network_watcher(scope.location),
            resource_group_name=WATCHER_GROUP,
            location=scope.location,
            enabled=True,
            target_resource_id=args.virtual_network_id,
            storage_id=args.storage_id,
            format=network.FlowLogFormatParametersArgs(type="JSON", version=2),
            retention_policy=network.RetentionPolicyParametersArgs(enabled=True, days=RETENTION_DAYS),
            flow_analytics_configuration=network.TrafficAnalyticsPropertiesArgs(
                network_watcher_flow_analytics_configuration=network.TrafficAnalyticsConfigurationPropertiesArgs(
                    enabled=True,
                    workspace_resource_id=scope.log_workspace_id,
                    traffic_analytics_interval=ANALYTICS_MINUTES,
                )
            ),
            tags=scope.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
