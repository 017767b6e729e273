"""Settings with a new name. For one release, a stack file that uses the old name gets the new one as its remediation.

The tables hold keys of maps only, not keys of list items. An entry is removed in the release after the rename.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from settings.schema.errors import Problem

NAMESPACE: Final = "voice"
"""Prefix of the platform's keys in a stack file."""

RENAMED_KEYS: Final[Mapping[str, str]] = {
    "telephony.endpointLagSeconds": "telephony.deregistrationDelaySeconds",
}
"""Old path -> new path."""

RENAMED_VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "images.source": {"asWritten": "upstream"},
}
"""Path -> old value -> new value."""


def with_new_names(sections: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Returns the sections with new names, and a problem for each old one.

    With the new names in place, validation finds the other problems of the file, but none about the old names.
    """
    problems: list[Problem] = []
    renamed = dict(sections)
    for old, new in RENAMED_KEYS.items():
        value = _at(renamed, old)
        if value is None:
            continue
        problems.append(
            Problem(
                "renamed-setting",
                f"{NAMESPACE}:{old}",
                value,
                "the new name; the meaning and the unit are the same",
                "Rename the key.",
                wrong=f"was renamed to `{NAMESPACE}:{new}`",
            )
        )
        renamed = _without(renamed, old)
        if _at(renamed, new) is None:
            renamed = _with(renamed, new, value)
    for path, values in RENAMED_VALUES.items():
        value = _at(renamed, path)
        if isinstance(value, str) and value in values:
            new = values[value]
            problems.append(
                Problem(
                    "renamed-value",
                    f"{NAMESPACE}:{path}",
                    value,
                    f"`{new}`; the meaning is the same",
                    f"Write `{new}`.",
                    wrong=f"is `{value}`, which was renamed to `{new}`",
                )
            )
            renamed = _with(renamed, path, new)
    return renamed, problems


def _at(sections: Mapping[str, Any], path: str) -> Any:
    value: Any = sections
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _without(sections: Mapping[str, Any], path: str) -> dict[str, Any]:
    first, _, rest = path.partition(".")
    if not rest:
        return {key: value for key, value in sections.items() if key != first}
    return {**sections, first: _without(sections[first], rest)}


def _with(sections: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    first, _, rest = path.partition(".")
    return {**sections, first: _with(sections.get(first) or {}, rest, value) if rest else value}
