"""Label selectors in text form: `app=shop,tier in (a, b),!internal`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_PARTS: Final = re.compile(r",(?![^(]*\))")
_SET: Final = re.compile(r"(\S+)\s+(in|notin)\s+\(([^)]*)\)")


def matches(selector: str, labels: Mapping[str, str]) -> bool:
    """Whether a selector matches; the empty selector matches everything."""
    return all(_matches(part.strip(), labels) for part in _PARTS.split(selector) if part.strip())


def _matches(part: str, labels: Mapping[str, str]) -> bool:
    if found := _SET.fullmatch(part):
        name, operator, values = found.groups()
        is_in = labels.get(name) in [value.strip() for value in values.split(",")]
        return is_in == (operator == "in")
    if "!=" in part:
        name, _, value = part.partition("!=")
        return labels.get(name.strip()) != value.strip()
    if "=" in part:
        name, _, value = part.partition("=")
        return labels.get(name.strip()) == value.removeprefix("=").strip()
    return (part.removeprefix("!").strip() in labels) != part.startswith("!")
