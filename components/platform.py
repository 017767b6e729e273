"""The platform: the resources of one stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi

from components.account import require_account
from components.aks_region import AksRegion, AksRegionArgs
from components.global_services import GlobalServices, GlobalServicesArgs
from components.outputs import delegation_outputs
from model.checks.example_values import example_warnings
from model.kinds import Settings

REGIONS: Final[Mapping[str, type[AksRegion]]] = {"aks": AksRegion}
"""The region component of each kind of stack. Its args are settings, secrets and the global part. It has `outputs`."""


@dataclass(frozen=True, kw_only=True)
class VoicePlatformArgs:
    """Args of `VoicePlatform`. `secrets` are the values of `voice:secrets`, by name."""

    settings: Settings
    secrets: Mapping[str, pulumi.Output[str]]


class VoicePlatform(pulumi.ComponentResource):
    """One stack: a region of the stack's kind, and the global part if the stack owns it.

    Its attributes are public and typed, so that `extensions.py` can add resources (docs/extending.md). Raises
    `pulumi.RunError` when the credentials belong to another subscription or tenant than the stack file names.
    """

    settings: Settings
    region: AksRegion
    """The region component of the stack's kind."""
    global_services: GlobalServices | None
    """Present in the one stack that owns the global part."""
    outputs: dict[str, Any]
    """The stack's exports: addresses, hosts and names for carriers, clients and operators, as JSON-like values."""

    def __init__(self, name: str, args: VoicePlatformArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:VoicePlatform", name, None, opts)
        settings = self.settings = args.settings
        require_account(settings.azure)
        for warning in example_warnings(settings):
            pulumi.log.warn(warning)
        children = pulumi.ResourceOptions(parent=self)
        self.global_services = None
        if settings.global_part is not None:
            self.global_services = GlobalServices(
                f"{name}-global",
                GlobalServicesArgs(settings=settings, location=settings.global_part.location),
                opts=children,
            )
        self.region = REGIONS[settings.kind](
            f"{name}-{settings.region}",
            AksRegionArgs(settings=settings, secrets=args.secrets, global_part=self.global_services),
            opts=children,
        )
        self.outputs = dict(self.region.outputs)
        if self.global_services is not None:
            self.outputs |= delegation_outputs(settings, self.global_services.name_servers)
        self.register_outputs({})
