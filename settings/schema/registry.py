"""The environment's container registry."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from settings.schema.types import Guid, Section


class RegistrySettings(Section):
    """One registry for all regions, in tier Premium: private endpoints and replicas need it."""

    untagged_retention_days: Annotated[int, Field(ge=0, le=365)] = 7
    """How long an image without tag is kept, days."""
    push_principal_ids: tuple[Guid, ...] = ()
    """Object ids of the pipelines that push images; nobody else can."""
