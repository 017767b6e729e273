"""Recording rules that Azure Monitor evaluates."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import alertsmanagement

from components.scope import Scope
from model.recording_rules import RULE_GROUPS
from model.rule_groups import RuleGroup


@dataclass(frozen=True, kw_only=True)
class RecordingRulesArgs:
    """Args of `RecordingRules`. The workspace holds the metrics of the cluster."""

    cluster_id: pulumi.Input[str]
    monitor_workspace_id: pulumi.Input[str]


class RecordingRules(pulumi.ComponentResource):
    """Series that Azure Monitor computes from a cluster's metrics; the default dashboards need them.

    Owns one rule group for each of `model.recording_rules`. Does not own the same rules for Prometheus in the cluster
    (`Metrics`), nor alerts.
    """

    def __init__(
        self, name: str, scope: Scope, args: RecordingRulesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:RecordingRules", name, None, opts)
        self._name, self._scope, self._args = name, scope, args
        for group in RULE_GROUPS:
            self._group(group)
        self.register_outputs({})

    def _group(self, group: RuleGroup) -> None:
        args = self._args
        alertsmanagement.PrometheusRuleGroup(
            f"{self._name}-{group.name}",
            rule_group_name=self._scope.names.rule_group(group.name),
            resource_group_name=self._scope.resource_group_name,
            location=self._scope.location,
            # The workspace first, then the cluster: with its name it excludes series of other clusters.
            scopes=[args.monitor_workspace_id, args.cluster_id],
            cluster_name=self._scope.names.cluster,
            interval=f"PT{group.interval_minutes}M",
            enabled=True,
            rules=[
                alertsmanagement.PrometheusRuleArgs(
                    record=rule.record, expression=rule.expression, labels=rule.labels or None, enabled=True
                )
                for rule in group.rules
            ],
            tags=self._scope.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
