"""Grafana."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import dashboard

from components.diagnostics import diagnose
from components.role_assignment import Principal, RoleScope, assign_role
from settings.naming import Naming
from settings.roles import Role


@dataclass(frozen=True, kw_only=True)
class GrafanaArgs:
    """Args of `Grafana`. `names` are those of the global part."""

    resource_group_name: pulumi.Input[str]
    names: Naming
    location: str
    tags: Mapping[str, str]


class Grafana(pulumi.ComponentResource):
    """The dashboards of all regions.

    Owns the Grafana instance. Does not own the right to read a region's metrics: each region gives it
    (`GrafanaAccess`).
    """

    def __init__(self, name: str, args: GrafanaArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:Grafana", name, None, opts)
        dashboard.Grafana(
            f"{name}-grafana",
            workspace_name=args.names.grafana,
            resource_group_name=args.resource_group_name,
            location=args.location,
            sku=dashboard.ResourceSkuArgs(name="Standard"),
            identity=dashboard.ManagedServiceIdentityArgs(type=dashboard.ManagedServiceIdentityType.SYSTEM_ASSIGNED),
            properties=dashboard.ManagedGrafanaPropertiesArgs(
                api_key="Disabled", deterministic_outbound_ip="Disabled", public_network_access="Enabled"
            ),
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


@dataclass(frozen=True, kw_only=True)
class GrafanaAccessArgs:
    """Args of `GrafanaAccess`. `home` says that Grafana lives in this region, whose workspace gets its logs; `after`
    is the global part where this stack owns it, nothing where it exists before.
    """

    names: Naming
    grafana_names: Naming
    monitor_workspace_id: pulumi.Input[str]
    workspace_id: pulumi.Input[str]
    home: bool
    after: Sequence[pulumi.Resource]


class GrafanaAccess(pulumi.ComponentResource):
    """What lets the environment's Grafana read a region's metrics.

    Owns the role on the region's Azure Monitor workspace. Does not own Grafana, whose identity it reads by name.
    """

    def __init__(self, name: str, args: GrafanaAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:GrafanaAccess", name, None, opts)
        grafana = args.grafana_names.grafana
        now = dashboard.get_grafana_output(
            resource_group_name=args.grafana_names.resource_group,
            workspace_name=grafana,
            opts=pulumi.InvokeOutputOptions(parent=self, depends_on=list(args.after)),
        )
        assign_role(
            f"{name}-metrics",
            Role.MONITORING_DATA_READER,
            Principal(
                id=now.identity.apply(lambda identity: identity.principal_id if identity else ""),
                identifier=args.grafana_names.resource_id("Microsoft.Dashboard/grafana", grafana),
                type="ServicePrincipal",
            ),
            RoleScope(
                id=args.monitor_workspace_id,
                plain_id=args.names.resource_id("Microsoft.Monitor/accounts", args.names.monitor_workspace),
            ),
            args.names.subscription_id,
            pulumi.ResourceOptions(parent=self),
        )
        if args.home:
            diagnose(
                f"{name}-diagnostics",
                args.grafana_names.resource_id("Microsoft.Dashboard/grafana", grafana),
                args.workspace_id,
                pulumi.ResourceOptions(parent=self, depends_on=list(args.after)),
            )
        self.register_outputs({})
