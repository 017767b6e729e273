"""The platform: one stack of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from components.account import require_account
from components.global_services import GlobalServices, GlobalServicesArgs
from components.outputs import delegation_outputs, region_outputs
from components.region_cell import RegionCell, RegionCellArgs
from model.naming import global_names
from settings.schema.aks_stack import AksStackSettings


@dataclass(frozen=True, kw_only=True)
class VoicePlatformArgs:
    """Args of `VoicePlatform`. `secrets` are the values of `voice:secrets`, by name."""

    settings: AksStackSettings
    secrets: Mapping[str, pulumi.Output[str]]


class VoicePlatform(pulumi.ComponentResource):
    """One stack: a region, and the global part where the stack owns it.

    Raises `pulumi.RunError` when the credentials are not those of the stack's subscription.
    """

    outputs: dict[str, Any]
    """What the stack exports: where carriers, clients and operators find the platform."""

    def __init__(self, name: str, args: VoicePlatformArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:VoicePlatform", name, None, opts)
        settings = args.settings
        require_account(settings.azure)
        children = pulumi.ResourceOptions(parent=self)
        global_services = None
        if settings.global_part is not None:
            global_services = GlobalServices(
                f"{name}-global",
                GlobalServicesArgs(
                    names=global_names(settings),
                    location=settings.global_part.location,
                    home=settings.registry_home,
                    deployer=settings.deployer,
                    registry=settings.registry,
                    dns=settings.dns,
                    protect=settings.protect,
                    tags=settings.all_tags,
                ),
                opts=children,
            )
        cell = RegionCell(
            f"{name}-{settings.region}",
            RegionCellArgs(settings=settings, secrets=args.secrets, global_part=global_services),
            opts=children,
        )
        self.outputs = region_outputs(settings, cell.network, cell.cluster)
        if global_services is not None:
            self.outputs |= delegation_outputs(settings, global_services.name_servers)
        self.register_outputs({})
