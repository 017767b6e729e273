"""The part of an environment that its regions share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import resources

from components.grafana import Grafana, GrafanaArgs
from components.public_dns import PublicDns, PublicDnsArgs
from components.registry import Registry, RegistryArgs
from components.traffic_manager import TrafficManager, TrafficManagerArgs
from model.naming import Naming
from settings.schema.azure import DeployerSettings
from settings.schema.dns import DnsSettings
from settings.schema.registry import RegistrySettings


@dataclass(frozen=True, kw_only=True)
class GlobalServicesArgs:
    """Args of `GlobalServices`.

    `location` is where Azure keeps the group's metadata, `home` where the registry and Grafana live.
    """

    names: Naming
    location: str
    home: str
    deployer: DeployerSettings
    registry: RegistrySettings
    dns: DnsSettings
    protect: bool
    tags: Mapping[str, str]


class GlobalServices(pulumi.ComponentResource):
    """What exists once in an environment, in the one stack that owns the global part.

    Owns the global resource group and composes the registry, Grafana, the public zone and Traffic Manager. Does not own
    anything of a region, not even records or endpoints that lead to one: each region attaches itself.
    """

    resource_group_name: pulumi.Output[str]
    name_servers: pulumi.Output[Sequence[str]]
    """Those of the public zone."""

    def __init__(self, name: str, args: GlobalServicesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:GlobalServices", name, None, opts)
        children = pulumi.ResourceOptions(parent=self)
        group = resources.ResourceGroup(
            f"{name}-resource-group",
            resource_group_name=args.names.resource_group,
            location=args.location,
            tags=args.tags,
            opts=children,
        )
        self.resource_group_name = group.name
        Registry(
            f"{name}-registry",
            RegistryArgs(
                resource_group_name=group.name,
                names=args.names,
                location=args.home,
                settings=args.registry,
                protect=args.protect,
                tags=args.tags,
            ),
            opts=children,
        )
        Grafana(
            f"{name}-grafana",
            GrafanaArgs(
                resource_group_name=group.name,
                names=args.names,
                location=args.home,
                deployer=args.deployer,
                tags=args.tags,
            ),
            opts=children,
        )
        traffic_manager = TrafficManager(
            f"{name}-traffic",
            TrafficManagerArgs(resource_group_name=group.name, names=args.names, settings=args.dns, tags=args.tags),
            opts=children,
        )
        self.name_servers = PublicDns(
            f"{name}-dns",
            PublicDnsArgs(
                resource_group_name=group.name,
                names=args.names,
                settings=args.dns,
                after=[traffic_manager],
                protect=args.protect,
                tags=args.tags,
            ),
            opts=children,
        ).name_servers
        self.register_outputs({"resourceGroupName": self.resource_group_name, "nameServers": self.name_servers})
