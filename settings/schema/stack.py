"""The sections that stacks of every kind have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from settings.schema.azure import AzureSettings, DeployerSettings, GlobalSettings, NamingSettings, Region
from settings.schema.key_vault import KeyVaultSettings
from settings.schema.observability import ObservabilitySettings
from settings.schema.registry import RegistrySettings
from settings.schema.types import Section, Word

StackClass = Literal["production", "staging", "development"]
"""Sets of defaults; each kind of stack defines their values (`model.kinds`)."""

Tags = Mapping[str, Annotated[str, Field(max_length=256)]]


class StackSettings(Section):
    """One stack of any kind: one region of an environment, with or without the global part.

    Each kind extends this model with its own sections and narrows `kind` to its name. Code that needs only these
    sections takes `StackSettings`, so that every kind can use it.
    """

    environment: Annotated[Word, Field(max_length=10)]
    """Name of the environment, part of Azure names. All stacks of an environment have the same one."""
    kind: str
    """Kind of the stack."""
    stack_class: Annotated[StackClass, Field(alias="class")]
    """Set of defaults: `production`, `staging` or `development`. A stack can override each default."""
    example: bool = False
    """Marks an example of this repository: class `production` accepts its example values. It cannot be deployed to
    Azure, because `azure.subscriptionId` must be an example too.
    """
    extends: str | None = None
    """Stack whose sections are the defaults of this stack (all except `secrets`, `region` and `global`)."""
    region: Word
    """Region of this stack, one of `regions`."""
    regions: Annotated[tuple[Region, ...], Field(min_length=1)]
    """All regions of the environment, in deployment order."""
    global_part: Annotated[GlobalSettings | None, Field(alias="global")] = None
    """Only the stack that owns the global part has this section."""
    azure: AzureSettings
    deployer: DeployerSettings
    naming: NamingSettings
    tags: Tags = Field(default_factory=dict)
    """Tags on every resource that supports tags."""
    protect: bool
    """Refuses to delete or replace the cluster, its media pools and addresses, and every resource that holds data."""
    key_vault: KeyVaultSettings = KeyVaultSettings()
    observability: ObservabilitySettings = ObservabilitySettings()
    registry: RegistrySettings = RegistrySettings()
    secrets: tuple[str, ...] = ()
    """Names of the secrets in `voice:secrets`. The settings never contain their values."""

    @property
    def this_region(self) -> Region:
        """The region of this stack."""
        return next(region for region in self.regions if region.name == self.region)

    @property
    def regions_before(self) -> tuple[Region, ...]:
        """The regions that are deployed before this one. This region attaches itself to them."""
        names = [region.name for region in self.regions]
        return self.regions[: names.index(self.region)]

    @property
    def primary_region(self) -> Region:
        """The region that holds the writable database."""
        return next(region for region in self.regions if region.role == "primary")

    @property
    def registry_home(self) -> str:
        """The registry's own location: that of the first region. The other regions have replicas."""
        return self.regions[0].location

    @property
    def all_tags(self) -> dict[str, str]:
        """The stack's tags plus `environment` and `managed-by`, sorted by key."""
        own = {"environment": self.environment, "managed-by": "pulumi"}
        return dict(sorted({**own, **self.tags}.items()))
