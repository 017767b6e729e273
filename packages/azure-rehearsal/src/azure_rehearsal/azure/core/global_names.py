"""Names that become DNS names of Azure and belong to one resource in the world.

Only the simulated cloud is searched: whether somebody else holds a name, no rehearsal can tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azure_rehearsal.azure.core.rules import Unique, normal_location


def globally_unique(parameter: str, code: str, words: str) -> Unique:
    """A name that is unique in the world, without case. `words` may hold `{name}` and `{other}`."""

    def key(inputs: Mapping[str, Any]) -> str | None:
        name = inputs.get(parameter)
        return name.lower() if isinstance(name, str) else None

    return Unique(key, code, words)


def unique_in_region(parameter: str, code: str, words: str) -> Unique:
    """A name that is unique within its region."""

    def key(inputs: Mapping[str, Any]) -> str | None:
        name = inputs.get(parameter)
        return f"{name}.{normal_location(str(inputs.get('location', '')))}".lower() if isinstance(name, str) else None

    return Unique(key, code, words)
