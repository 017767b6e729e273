"""Managed Grafana, and its access to a region's metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import authorization, dashboard

from components.diagnostics import diagnose
from components.role_assignment import Principal, RoleScope, assign_role
from components.scope import Scope
from model.naming import Naming, role_assignment_name
from model.roles import Role
from settings.schema.azure import DeployerSettings

_OWN_ROLE = Role.MONITORING_READER
"""Grafana's role on the global group: it reads Azure Monitor data of the registry and of itself."""


def _grafana_id(names: Naming) -> str:
    return names.resource_id("Microsoft.Dashboard/grafana", names.grafana)


@dataclass(frozen=True, kw_only=True)
class GrafanaArgs:
    """Args of `Grafana`. Its scope is the global part."""

    deployer: DeployerSettings


class Grafana(pulumi.ComponentResource):
    """The dashboards of all regions.

    Owns the Grafana instance, its role on the global part's metrics, and the deployer's role to publish dashboards.
    Does not own the dashboards, for which Azure has no resource (`make dashboards`), nor the role on a region's
    metrics: each region grants it (`GrafanaAccess`).
    """

    def __init__(self, name: str, scope: Scope, args: GrafanaArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:Grafana", name, None, opts)
        grafana = dashboard.Grafana(
            f"{name}-grafana",
            workspace_name=scope.names.grafana,
            resource_group_name=scope.resource_group_name,
            location=scope.location,
            sku=dashboard.ResourceSkuArgs(name="Standard"),
            identity=dashboard.ManagedServiceIdentityArgs(type=dashboard.ManagedServiceIdentityType.SYSTEM_ASSIGNED),
            properties=dashboard.ManagedGrafanaPropertiesArgs(
                api_key="Disabled", deterministic_outbound_ip="Disabled", public_network_access="Enabled"
            ),
            tags=scope.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        # Read by name: Grafana's outputs are unknown during its update, so its roles would appear replaced.
        now = dashboard.get_grafana_output(
            resource_group_name=scope.names.resource_group,
            workspace_name=scope.names.grafana,
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=[grafana]),
        )
        assign_role(
            f"{name}-monitoring",
            _OWN_ROLE,
            Principal(
                id=now.identity.apply(lambda identity: identity.principal_id if identity else ""),
                identifier=_grafana_id(scope.names),
                type="ServicePrincipal",
            ),
            RoleScope(id=scope.names.resource_group_id, plain_id=scope.names.resource_group_id),
            scope.names.subscription_id,
            pulumi.ResourceOptions(parent=self),
        )
        deployer = args.deployer
        assign_role(
            f"{name}-deployer",
            Role.GRAFANA_ADMIN,
            Principal(id=deployer.principal_id, identifier=deployer.principal_id, type=deployer.principal_type),
            RoleScope(id=grafana.id, plain_id=_grafana_id(scope.names)),
            scope.names.subscription_id,
            pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


@dataclass(frozen=True, kw_only=True)
class GrafanaAccessArgs:
    """Args of `GrafanaAccess`.

    `reads_metrics` is true if the region's metrics are in its Azure Monitor workspace. `home` is true if Grafana is in
    this region, whose workspace then gets Grafana's logs. `after` contains the global part if this stack owns it.
    """

    monitor_workspace_id: pulumi.Input[str]
    reads_metrics: bool = False
    home: bool = False
    after: Sequence[pulumi.Resource] = ()


class GrafanaAccess(pulumi.ComponentResource):
    """The access of the environment's Grafana to a region's metrics.

    Owns the role on the region's Azure Monitor workspace. Does not own Grafana. Reads Grafana's principal id from its
    role assignment on the global group: Azure replicates role assignments to all regions, so this region can be
    deployed while Grafana's region is down.
    """

    def __init__(
        self, name: str, scope: Scope, args: GrafanaAccessArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:GrafanaAccess", name, None, opts)
        self._name, self._scope, self._args = name, scope, args
        if args.reads_metrics:
            self._let_read_metrics()
        if args.home:
            diagnose(
                f"{name}-diagnostics",
                _grafana_id(scope.global_names),
                scope.log_workspace_id,
                pulumi.ResourceOptions(parent=self, depends_on=list(args.after)),
            )
        self.register_outputs({})

    def _let_read_metrics(self) -> None:
        args = self._args
        grafana_id, scope = _grafana_id(self._scope.global_names), self._scope.global_names.resource_group_id
        known = authorization.get_role_assignment_output(
            scope=scope,
            role_assignment_name=role_assignment_name(scope, grafana_id, _OWN_ROLE.value),
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=list(args.after)),
        )
        assign_role(
            f"{self._name}-metrics",
            Role.MONITORING_DATA_READER,
            Principal(id=known.principal_id, identifier=grafana_id, type="ServicePrincipal"),
            RoleScope(
                id=args.monitor_workspace_id,
                plain_id=self._scope.names.resource_id(
                    "Microsoft.Monitor/accounts", self._scope.names.monitor_workspace
                ),
            ),
            self._scope.names.subscription_id,
            pulumi.ResourceOptions(parent=self),
        )
