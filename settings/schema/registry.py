"""The environment's container registry."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from settings.schema.types import Guid, Section


class RegistrySettings(Section):
    """The registry of all regions, in tier Premium, which private endpoints and replicas require."""

    untagged_retention_days: Annotated[int, Field(ge=0, le=365)] = 7
    """Retention of images without a tag, days."""
    push_principal_ids: tuple[Guid, ...] = ()
    """Object ids of the principals that can push images."""
