"""Comparison of inputs as the provider does it: changed paths, replacements, and inputs after a refresh."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from azure_rehearsal.azure.core.rules import ArmType, normal_location

_INDEX: Final = re.compile(r"\[\d+\]")


def changed_paths(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """The paths that differ. The comparison of locations ignores case and spaces."""
    for key in {**old, **new}:
        before, after = old.get(key), new.get(key)
        if key == "location" and isinstance(before, str) and isinstance(after, str):
            before, after = normal_location(before), normal_location(after)
        yield from _differences(key, before, after)


def _differences(path: str, old: Any, new: Any) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            yield from _differences(f"{path}.{key}", old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else None
            after = new[index] if index < len(new) else None
            yield from _differences(f"{path}[{index}]", before, after)
    elif old != new:
        yield path


def forces_new(type: ArmType, path: str) -> bool:
    """Whether a change at this path replaces the resource."""
    plain = _INDEX.sub("[]", path)
    return plain in type.path_inputs or any(
        plain == forced or plain.startswith((f"{forced}.", f"{forced}[")) for forced in type.force_new
    )


def refreshed_inputs(inputs: Any, old: Any, new: Any) -> Any:
    """The inputs after a refresh: changes between two reads are copied into them, ARM's defaults are not."""
    if isinstance(inputs, dict) and isinstance(old, dict) and isinstance(new, dict):
        merged = {key: value for key, value in inputs.items() if key not in old or key in new}
        for key, value in new.items():
            if key not in old:
                merged[key] = value
            elif old[key] != value:
                merged[key] = refreshed_inputs(inputs[key], old[key], value) if key in inputs else value
        return merged
    if isinstance(inputs, list) and isinstance(old, list) and isinstance(new, list):
        shared = min(len(inputs), len(old))
        return [refreshed_inputs(inputs[i], old[i], item) if i < shared else item for i, item in enumerate(new)]
    return new
