"""Pydantic's findings as `Problem`s: path, value, expectation and remediation in the words of the schema."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Sequence
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from settings.schema.errors import Problem
from settings.schema.stack import Settings

NAMESPACE: Final = "voice"
"""Prefix of the platform's keys in a stack file."""


def problems_of(error: ValidationError) -> list[Problem]:
    """The problems of a stack file that does not match the schema."""
    details = error.errors(include_url=False)
    return [_problem(detail) for detail in details if not _follows(detail, details)]


def _follows(detail: ErrorDetails, others: Sequence[ErrorDetails]) -> bool:
    """Whether a list is only called too short because an item of it was refused."""
    place = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][: len(place)] == place and len(other["loc"]) > len(place) for other in others
    )


def _problem(detail: ErrorDetails) -> Problem:
    """Pydantic's finding in the words of `Problem`. Secrets have no values here, so none can be shown."""
    path = _path(detail["loc"])
    context = detail.get("ctx", {})
    value = detail["input"]
    match detail["type"]:
        case "missing":
            return Problem(path, None, _description(detail["loc"]), f"add {detail['loc'][-1]} to the stack file.")
        case "extra_forbidden":
            known = _keys(detail["loc"][:-1])
            near = difflib.get_close_matches(str(detail["loc"][-1]), known, n=1, cutoff=0.6)
            fix = f"did you mean {near[0]}?" if near else "remove it."
            return Problem(path, value, "one of " + ", ".join(sorted(known)), fix, wrong="is not a setting")
        case "setting":
            return Problem(path, value, context["allowed"], context["fix"])
        case "literal_error":
            quoted = isinstance(value, (int, float)) and not isinstance(value, bool)
            fix = "put the value in quotes: YAML read it as a number." if quoted else "choose one of these."
            return Problem(path, value, str(context["expected"]), fix)
        case "string_pattern_mismatch" | "string_too_long":
            return Problem(path, value, _allowed(detail["loc"]) or detail["msg"], "change the value.")
        case _:
            return Problem(path, value, _plain(detail["msg"]), "change the value." + _hint(detail["loc"]))


def _plain(message: str) -> str:
    words = {
        "Input should be a valid integer": "a whole number",
        "Input should be a valid string": "text; put it in quotes if it looks like a number",
        "Input should be a valid boolean": "true or false",
        "Input should be a valid array": "a list",
        "Input should be an object": "a map of settings",
    }
    plain = words.get(message, message.removeprefix("Input should be "))
    return plain.replace("less than or equal to", "at most").replace("greater than or equal to", "at least")


def _path(location: tuple[int | str, ...]) -> str:
    path = f"{NAMESPACE}:"
    for part in location:
        if part == "[key]":
            continue
        path += f"[{part}]" if isinstance(part, int) else part if path.endswith(":") else f".{part}"
    return path


def _walk(location: tuple[int | str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The JSON schema's node for a location, and the whole schema for its references."""
    schema = _schema()
    node: dict[str, Any] = schema
    for position, part in enumerate(location):
        node = _resolved(node, schema)
        if location[position + 1 :] == ("[key]",):
            return node.get("propertyNames", {}), schema
        if isinstance(part, int):
            node = node.get("items", {})
        elif part in node.get("properties", {}):
            node = node["properties"][part]
        else:
            patterns = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]
            node = patterns[0] if isinstance(patterns[0], dict) else {}
    return node, schema


def _resolved(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    branches = [item for item in node.get("anyOf", []) if item.get("type") != "null"]
    if branches:
        return _resolved({**branches[0], **{key: item for key, item in node.items() if key != "anyOf"}}, schema)
    reference = node.get("$ref")
    if reference is None:
        return node
    return {
        **schema["$defs"][reference.rsplit("/", 1)[-1]],
        **{key: item for key, item in node.items() if key != "$ref"},
    }


@functools.cache
def _schema() -> dict[str, Any]:
    return Settings.model_json_schema()


def _keys(location: tuple[int | str, ...]) -> list[str]:
    node, schema = _walk(location)
    return list(_resolved(node, schema).get("properties", {}))


def _description(location: tuple[int | str, ...]) -> str:
    node, schema = _walk(location)
    text = _resolved(node, schema).get("description", "a value")
    return " ".join(text.split()).rstrip(".")


def _allowed(location: tuple[int | str, ...]) -> str | None:
    node, schema = _walk(location)
    return _resolved(node, schema).get("x-allowed")


def _hint(location: tuple[int | str, ...]) -> str:
    text = _description(location)
    return "" if text == "a value" else f" {text}."
