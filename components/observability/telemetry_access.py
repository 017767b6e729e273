"""Roles of pods on the region's telemetry stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from components.role_assignment import Principal, RoleScope, assign_role
from components.scope import Scope
from model.roles import Role


@dataclass(frozen=True, kw_only=True)
class TelemetryAccessArgs:
    """Args of `TelemetryAccess`. Readers and writers are identities by account name."""

    monitor_workspace_id: pulumi.Input[str]
    application_insights_id: pulumi.Input[str]
    metrics_readers: Mapping[str, Principal] = field(default_factory=dict)
    trace_writers: Mapping[str, Principal] = field(default_factory=dict)


class TelemetryAccess(pulumi.ComponentResource):
    """The access of pods to the region's telemetry stores.

    Owns the roles of accounts that read metrics on the Azure Monitor workspace, and the roles of accounts that send
    traces on Application Insights. Does not own the stores (`Observability`) or the identities. `GrafanaAccess` owns
    Grafana's role.
    """

    def __init__(
        self, name: str, scope: Scope, args: TelemetryAccessArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:TelemetryAccess", name, None, opts)
        self._name, self._scope, self._args = name, scope, args
        names = scope.names
        metrics = RoleScope(
            id=args.monitor_workspace_id,
            plain_id=names.resource_id("Microsoft.Monitor/accounts", names.monitor_workspace),
        )
        traces = RoleScope(
            id=args.application_insights_id,
            plain_id=names.resource_id("Microsoft.Insights/components", names.application_insights),
        )
        for account, principal in args.metrics_readers.items():
            self._give(f"metrics-{account}", Role.MONITORING_DATA_READER, principal, metrics)
        for account, principal in args.trace_writers.items():
            # Application Insights requires this role for all telemetry, in spite of its name.
            self._give(f"traces-{account}", Role.MONITORING_METRICS_PUBLISHER, principal, traces)
        self.register_outputs({})

    def _give(self, short: str, role: Role, principal: Principal, scope: RoleScope) -> None:
        assign_role(
            f"{self._name}-{short}",
            role,
            principal,
            scope,
            self._scope.names.subscription_id,
            pulumi.ResourceOptions(parent=self),
        )
