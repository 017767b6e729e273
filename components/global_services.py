"""The part of an environment that its regions share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import resources

from settings.naming import Naming


@dataclass(frozen=True, kw_only=True)
class GlobalServicesArgs:
    """Args of `GlobalServices`. `location` is where Azure keeps the group's metadata."""

    names: Naming
    location: str
    tags: Mapping[str, str]


class GlobalServices(pulumi.ComponentResource):
    """What exists once in an environment, in the one stack that owns the global part.

    Owns the global resource group. Does not own anything of a region, not even records or endpoints that lead to
    one: each region attaches itself.
    """

    resource_group_name: pulumi.Output[str]

    def __init__(self, name: str, args: GlobalServicesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:GlobalServices", name, None, opts)
        group = resources.ResourceGroup(
            f"{name}-resource-group",
            resource_group_name=args.names.resource_group,
            location=args.location,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.resource_group_name = group.name
        self.register_outputs({"resourceGroupName": self.resource_group_name})
