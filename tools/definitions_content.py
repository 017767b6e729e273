"""The transformations of `voice definitions`: CustomResourceDefinitions and schemas of chart values."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

Schema = dict[str, Any]
KeyKind = Literal["boolean", "scalar", "list", "map", "any"]

_FOR_PEOPLE: Final = frozenset({"$comment", "description", "example", "examples", "externalDocs", "title"})
_BY_NAME: Final = ("properties", "patternProperties", "$defs", "definitions")
_ALTERNATIVES: Final = ("allOf", "anyOf", "oneOf")


def definition(item: Schema, group: str = "") -> Schema:
    """The parts of a CustomResourceDefinition that an API server validates with, optionally under another group.

    Drops annotations, `conversion` (the address of a webhook) and printer columns. Keeps defaults, because an API
    server applies them.
    """
    spec = {name: value for name, value in item["spec"].items() if name != "conversion"}
    spec["group"] = group or spec["group"]
    spec["versions"] = [_version(version) for version in spec["versions"]]
    name = f"{spec['names']['plural']}.{spec['group']}"
    return {"apiVersion": item["apiVersion"], "kind": item["kind"], "metadata": {"name": name}, "spec": spec}


def closed_schema(schema: Schema, without: Iterable[str] = ()) -> Schema:
    """A chart's values schema that refuses unknown keys and the keys in `without` (dotted paths).

    Below the top level, the schema itself can allow further keys.
    """
    result = _closed(_stripped(schema, _FOR_PEOPLE | {"default"}))
    if "properties" in result:
        result["additionalProperties"] = False
    for path in without:
        *above, last = path.split(".")
        place = result
        for name in above:
            place = place["properties"][name]
        del place["properties"][last]
    return result


def keys(
    defaults: Mapping[str, Mapping[str, Any]], free: Iterable[str] = (), further: Mapping[str, KeyKind] | None = None
) -> Schema:
    """The keys of default values with the kind of value of each.

    `defaults` has the values by the key that contains them (empty for the top level). `free` has patterns of dotted
    paths of maps that accept keys without a default. `further` has additional keys by their path.
    """
    found: Schema = {}
    for place, values in defaults.items():
        below = _keys(values, tuple(free))
        _merge(found, {place: below} if place else below)
    for path, kind in (further or {}).items():
        value: Any = kind
        for name in reversed(path.split(".")):
            value = {name: value}
        _merge(found, value)
    return found


def _version(version: Schema) -> Schema:
    kept = {name: value for name, value in version.items() if name != "additionalPrinterColumns"}
    return {**kept, "schema": {"openAPIV3Schema": _stripped(version["schema"]["openAPIV3Schema"], _FOR_PEOPLE)}}


def _stripped(schema: Schema, dropped: frozenset[str]) -> Schema:
    """A schema without the `dropped` keywords. A property with the name of a keyword stays."""
    result: Schema = {}
    for keyword, value in schema.items():
        if keyword in dropped:
            continue
        if keyword in _BY_NAME:
            result[keyword] = {name: _stripped(item, dropped) for name, item in value.items()}
        elif keyword in _ALTERNATIVES:
            result[keyword] = [_stripped(item, dropped) for item in value]
        elif isinstance(value, dict) and keyword in ("items", "additionalProperties", "not"):
            result[keyword] = _stripped(value, dropped)
        else:
            result[keyword] = value
    return result


def _closed(schema: Schema) -> Schema:
    result = dict(schema)
    for part in ("properties", "$defs", "definitions"):
        if part in result:
            result[part] = {name: _closed(item) for name, item in result[part].items()}
    if isinstance(result.get("items"), dict):
        result["items"] = _closed(result["items"])
    if result.get("properties"):
        result.setdefault("additionalProperties", False)
    return result


def _keys(values: Mapping[str, Any], free: tuple[str, ...], above: str = "") -> Schema:
    found: Schema = {}
    for name, value in values.items():
        path = f"{above}.{name}" if above else name
        if isinstance(value, dict) and value and not any(fnmatch.fnmatchcase(path, pattern) for pattern in free):
            found[name] = _keys(value, free, path)
        else:
            found[name] = _kind(value)
    return found


def _kind(value: Any) -> KeyKind:
    if value is None:
        return "any"
    kinds: tuple[tuple[type, KeyKind], ...] = ((bool, "boolean"), (dict, "map"), (list, "list"))
    return next((kind for type_, kind in kinds if isinstance(value, type_)), "scalar")


def _merge(target: Schema, addition: Schema) -> None:
    for name, value in addition.items():
        if isinstance(value, dict) and isinstance(target.get(name), dict):
            _merge(target[name], value)
        else:
            target[name] = value
