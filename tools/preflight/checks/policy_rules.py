"""Evaluates the condition of an Azure Policy rule for a resource of which only type, location and tags are known.

Three values: true, false, and `None` for a condition on anything else (properties, functions other than `parameters`,
`concat` and `field`). Source: learn.microsoft.com/azure/governance/policy/concepts/definition-structure-policy-rule.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_PARAMETER: Final = re.compile(r"parameters\('([^']+)'\)", re.IGNORECASE)
_FIELD: Final = re.compile(r"\[field\('([^']+)'\)\]", re.IGNORECASE)
_CONCAT: Final = re.compile(r"\[concat\((.*)\)\]", re.IGNORECASE | re.DOTALL)
_TAG: Final = re.compile(r"tags(?:\['?|\.)([^'\]]+)'?\]?", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Resource:
    """What is known of a resource before its creation. `tags` is `None` for a type without tags."""

    type: str
    location: str | None
    tags: Mapping[str, str] | None = field(default_factory=dict)


class Unknown:
    """A value that only Azure can compute."""


UNKNOWN: Final = Unknown()
ABSENT: Final = None


def evaluate(condition: Mapping[str, Any], resource: Resource, parameters: Mapping[str, Any]) -> bool | None:
    """Returns whether the `if` part of a rule applies to the resource; `None` if that depends on something else."""
    if "allOf" in condition:
        return _all(evaluate(item, resource, parameters) for item in condition["allOf"])
    if "anyOf" in condition:
        return _not(_all(_not(evaluate(item, resource, parameters)) for item in condition["anyOf"]))
    if "not" in condition:
        return _not(evaluate(condition["not"], resource, parameters))
    subject = _subject(condition, resource, parameters)
    if isinstance(subject, Unknown):
        return None
    for name, operator in _OPERATORS.items():
        key = next((key for key in condition if key.lower() == name), None)
        if key is not None:
            wanted = resolve(condition[key], parameters)
            return None if isinstance(wanted, Unknown) else operator(subject, wanted)
    return None


def resolve(value: Any, parameters: Mapping[str, Any]) -> Any:
    """Returns the value of a literal or an expression; `UNKNOWN` for functions other than parameters and concat."""
    if not isinstance(value, str) or not value.startswith("[") or value.startswith("[["):
        return value
    inner = _PARAMETER.fullmatch(value[1:-1].strip())
    if inner:
        return parameters.get(inner[1].lower(), UNKNOWN)
    joined = _CONCAT.fullmatch(value)
    if joined is None:
        return UNKNOWN
    parts = [_argument(part.strip(), parameters) for part in re.split(r",(?=(?:[^']*'[^']*')*[^']*$)", joined[1])]
    return UNKNOWN if any(isinstance(part, Unknown) for part in parts) else "".join(map(str, parts))


def _argument(text: str, parameters: Mapping[str, Any]) -> Any:
    found = _PARAMETER.fullmatch(text)
    if found:
        return parameters.get(found[1].lower(), UNKNOWN)
    return text[1:-1] if text.startswith("'") and text.endswith("'") else UNKNOWN


def tags_of(condition: Any, parameters: Mapping[str, Any]) -> set[str]:
    """Returns the names of the tags that a condition reads."""
    if isinstance(condition, list):
        return {name for item in condition for name in tags_of(item, parameters)}
    if not isinstance(condition, Mapping):
        return set()
    name = resolve(condition.get("field"), parameters)
    found = _TAG.fullmatch(name) if isinstance(name, str) else None
    return ({found[1]} if found else set()) | {
        name for item in condition.values() for name in tags_of(item, parameters)
    }


def _subject(condition: Mapping[str, Any], resource: Resource, parameters: Mapping[str, Any]) -> Any:
    if "field" in condition:
        name = resolve(condition["field"], parameters)
    else:
        by_function = _FIELD.fullmatch(str(condition.get("value", "")))
        if by_function is None:
            return UNKNOWN if "value" not in condition else resolve(condition["value"], parameters)
        name = by_function[1]
    return _field(name, resource) if isinstance(name, str) else UNKNOWN


def _field(name: str, resource: Resource) -> Any:
    if name.lower() == "type":
        return resource.type
    if name.lower() == "location":
        return resource.location
    tag = _TAG.fullmatch(name)
    if tag and resource.tags is not None:
        return next((value for key, value in resource.tags.items() if key.lower() == tag[1].lower()), ABSENT)
    return UNKNOWN


def _all(values: Iterable[bool | None]) -> bool | None:
    found = list(values)
    if False in found:
        return False
    return None if None in found else True


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _text(value: Any) -> str:
    return str(value).lower() if value is not None else ""


def _in(value: Any, wanted: Any) -> bool:
    return _text(value) in {_text(item) for item in wanted}


def _contains(value: Any, wanted: Any) -> bool:
    return _text(wanted) in _text(value)


def _like(value: Any, wanted: Any) -> bool:
    return fnmatch.fnmatchcase(_text(value), _text(wanted))


def _exists(value: Any, wanted: Any) -> bool:
    return (value is not None) == (_text(wanted) == "true")


_OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "equals": lambda value, wanted: _text(value) == _text(wanted),
    "notequals": lambda value, wanted: _text(value) != _text(wanted),
    "in": _in,
    "notin": lambda value, wanted: not _in(value, wanted),
    "contains": _contains,
    "notcontains": lambda value, wanted: not _contains(value, wanted),
    "like": _like,
    "notlike": lambda value, wanted: not _like(value, wanted),
    "exists": _exists,
}
