"""Names that Azure uses as DNS names, so that only one resource worldwide can hold them.

The rehearsal compares with the simulated cloud only; it does not know names that are taken in the real Azure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azure_rehearsal.azure.core.rules import Unique, normal_location


def globally_unique(parameter: str, code: str, message: str) -> Unique:
    """A name that is unique worldwide; case is ignored. `message` can contain `{name}` and `{other}`."""

    def key(inputs: Mapping[str, Any]) -> str | None:
        name = inputs.get(parameter)
        return name.lower() if isinstance(name, str) else None

    return Unique(key, code, message)


def unique_in_region(parameter: str, code: str, message: str) -> Unique:
    """A name that is unique in its region; case is ignored."""

    def key(inputs: Mapping[str, Any]) -> str | None:
        name = inputs.get(parameter)
        return f"{name}.{normal_location(str(inputs.get('location', '')))}".lower() if isinstance(name, str) else None

    return Unique(key, code, message)
