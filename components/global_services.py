"""The part of an environment that all its regions share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import resources

from components.grafana import Grafana, GrafanaArgs
from components.public_dns import PublicDns, PublicDnsArgs
from components.registry import Registry, RegistryArgs
from components.scope import Scope
from components.traffic_manager import TrafficManager, TrafficManagerArgs
from model.naming import global_names
from settings.schema.aks_stack import AksStackSettings


@dataclass(frozen=True, kw_only=True)
class GlobalServicesArgs:
    """Args of `GlobalServices`: the settings of the whole stack.

    `location` is the Azure location of the resource group's metadata; the registry and Grafana are in
    `settings.registry_home`.
    """

    settings: AksStackSettings
    location: str


class GlobalServices(pulumi.ComponentResource):
    """The resources that exist once in an environment, in the one stack that owns the global part.

    Owns the global resource group and composes the registry, Grafana, the public zone and Traffic Manager. Does not own
    resources of a region, including DNS records and endpoints that point to one: each region attaches itself.
    """

    scope: Scope
    """Resource group, names, location and tags of the global part."""
    resource_group_name: pulumi.Output[str]
    registry: Registry
    grafana: Grafana
    traffic_manager: TrafficManager
    public_dns: PublicDns
    name_servers: pulumi.Output[Sequence[str]]
    """Name servers of the public zone, with the trailing dot."""

    def __init__(self, name: str, args: GlobalServicesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:GlobalServices", name, None, opts)
        settings, names = args.settings, global_names(args.settings)
        children = pulumi.ResourceOptions(parent=self)
        group = resources.ResourceGroup(
            f"{name}-resource-group",
            resource_group_name=names.resource_group,
            location=args.location,
            tags=settings.all_tags,
            opts=children,
        )
        self.resource_group_name = group.name
        self.scope = Scope(
            resource_group_name=group.name,
            names=names,
            location=settings.registry_home,
            tags=settings.all_tags,
            protect=settings.protect,
        )
        self.registry = Registry(
            f"{name}-registry", self.scope, RegistryArgs(settings=settings.registry), opts=children
        )
        self.grafana = Grafana(f"{name}-grafana", self.scope, GrafanaArgs(deployer=settings.deployer), opts=children)
        self.traffic_manager = TrafficManager(
            f"{name}-traffic", self.scope, TrafficManagerArgs(settings=settings.dns), opts=children
        )
        self.public_dns = PublicDns(
            f"{name}-dns",
            self.scope,
            PublicDnsArgs(settings=settings.dns, after=[self.traffic_manager]),
            opts=children,
        )
        self.name_servers = self.public_dns.name_servers
        self.register_outputs({"resourceGroupName": self.resource_group_name, "nameServers": self.name_servers})
