"""The environment's container registry."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from settings.schema.types import Guid, Section


class RegistrySettings(Section):
    """The registry of all regions."""

    tier: Literal["Basic", "Standard", "Premium"] = "Premium"
    """Tier. Only `Premium` has private endpoints, replicas in other regions and a retention of untagged images. In the
    other tiers, the registry has a public address and requires sign-in.
    """
    untagged_retention_days: Annotated[int, Field(ge=0, le=365)] = 7
    """Retention of images without a tag, days. Only in tier `Premium`."""
    docker_hub_cache: bool = True
    """Caches images of Docker Hub in the registry, so that Docker Hub's limit of pulls per address does not stop nodes.
    """
    push_principal_ids: tuple[Guid, ...] = ()
    """Object ids of the principals that can push images."""

    @property
    def private(self) -> bool:
        """Whether the registry has only private addresses (learn.microsoft.com/azure/container-registry/
        container-registry-skus).
        """
        return self.tier == "Premium"
