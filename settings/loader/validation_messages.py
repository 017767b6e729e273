"""Pydantic's errors as `Problem`s, with the paths of the stack file and the descriptions of the schema."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from model.kinds import Kind
from settings.loader.renamed_settings import NAMESPACE
from settings.schema.errors import Problem
from settings.schema.stack import StackSettings

Location = tuple[int | str, ...]

_TYPES: Final[Mapping[str, str]] = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "text; put it in quotes if it looks like a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a map",
    "model_type": "a map of settings",
    "model_attributes_type": "a map of settings",
}
"""Expected values by pydantic's type errors."""

_RANGES: Final = frozenset({"greater_than", "greater_than_equal", "less_than", "less_than_equal", "multiple_of"})
_LENGTHS: Final = frozenset({"too_short", "too_long", "string_too_short"})


def problems_of(error: ValidationError, kind: Kind[Any]) -> list[Problem]:
    """Returns the problems of a stack file that does not match the model of its kind."""
    details = error.errors(include_url=False)
    messages = _Messages(kind)
    return [messages.problem(detail) for detail in details if not _follows(detail, details)]


def _follows(detail: ErrorDetails, others: Sequence[ErrorDetails]) -> bool:
    """Whether a list is too short only because one of its items is invalid."""
    place = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][: len(place)] == place and len(other["loc"]) > len(place) for other in others
    )


class _Messages:
    """Messages for the stack files of one kind. Secrets have no values here, so no message can show one."""

    def __init__(self, kind: Kind[Any]) -> None:
        self._kind = kind
        self._schema = _schema(kind.settings)

    def problem(self, detail: ErrorDetails) -> Problem:
        location, value, error = detail["loc"], detail["input"], detail["type"]
        path, context = _path(location), detail.get("ctx", {})
        match error:
            case "missing":
                wrong = f"is required: {self._summary(location)}"
                return Problem("required-setting", path, None, None, self._example(location), wrong)
            case "extra_forbidden":
                return self._unknown(location, value)
            case "setting":
                return Problem(context["code"], path, value, context["expected"], context["remediation"])
            case "literal_error":
                quoted = isinstance(value, (int, float)) and not isinstance(value, bool)
                remediation = "Put the value in quotes: YAML reads it as a number." if quoted else "Use one of these."
                return Problem("unknown-value", path, value, _choices(str(context["expected"])), remediation)
            case "string_too_long":
                expected = f"at most {context['max_length']} characters"
                return Problem("too-long", path, value, expected, "Use a shorter value.")
            case "string_pattern_mismatch":
                expected = self._node(location).get("x-expected") or _plain(detail["msg"])
                return Problem("invalid-format", path, value, expected, "Change the value.")
        if error in _TYPES:
            return Problem("wrong-type", path, value, _TYPES[error], "Change the value." + self._hint(location))
        code = "out-of-range" if error in _RANGES else "wrong-length" if error in _LENGTHS else error.replace("_", "-")
        return Problem(code, path, value, _plain(detail["msg"]), "Change the value." + self._hint(location))

    def _unknown(self, location: Location, value: Any) -> Problem:
        known = sorted(self._node(location[:-1]).get("properties", {}))
        near = difflib.get_close_matches(str(location[-1]), known, n=1, cutoff=0.6)
        remediation = f"Did you mean {near[0]}?" if near else "Remove it."
        expected = "one of " + ", ".join(known)
        if len(location) == 1:
            wrong = f"is not a section of kind {self._kind.name}"
            return Problem("unknown-section", _path(location), value, expected, remediation, wrong)
        return Problem("unknown-setting", _path(location), value, expected, remediation, "is not a setting")

    def _example(self, location: Location) -> str:
        """What to add for a required setting, with the keys that it requires itself."""
        node = self._node(location)
        required = ", ".join(f"{key}: …" for key in node.get("required", ()))
        # A section stands under `config` with the prefix of the platform's keys.
        key = f"{NAMESPACE}:{location[-1]}" if len(location) == 1 else str(location[-1])
        return f"Add `{key}: {{{required}}}`." if required else f"Add `{key}: …`."

    def _summary(self, location: Location) -> str:
        """The description of a setting as part of a sentence."""
        text = self._description(location) or "the stack file cannot do without it"
        return text if text[:2].isupper() else text[:1].lower() + text[1:]

    def _hint(self, location: Location) -> str:
        text = self._description(location)
        return f" Description: {text}." if text else ""

    def _description(self, location: Location) -> str:
        return " ".join(self._node(location).get("description", "").split()).rstrip(".")

    def _node(self, location: Location) -> dict[str, Any]:
        """The JSON schema of a location, with references resolved."""
        node: dict[str, Any] = self._resolved(self._schema)
        for position, part in enumerate(location):
            if location[position + 1 :] == ("[key]",):
                return self._resolved(node.get("propertyNames", {}))
            if isinstance(part, int):
                node = node.get("items", {})
            elif part in node.get("properties", {}):
                node = node["properties"][part]
            else:
                patterns = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]
                node = patterns[0] if isinstance(patterns[0], dict) else {}
            node = self._resolved(node)
        return node

    def _resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        branches = [item for item in node.get("anyOf", []) if item.get("type") != "null"]
        if branches:
            return self._resolved({**branches[0], **{key: item for key, item in node.items() if key != "anyOf"}})
        reference = node.get("$ref")
        if reference is None:
            return node
        return {
            **self._schema["$defs"][reference.rsplit("/", 1)[-1]],
            **{key: item for key, item in node.items() if key != "$ref"},
        }


@functools.cache
def _schema(settings: type[StackSettings]) -> dict[str, Any]:
    return settings.model_json_schema()


def _choices(expected: str) -> str:
    """Pydantic's list of literals, without quotes: `aks, containerApps or serverless`."""
    return expected.replace("'", "")


def _plain(message: str) -> str:
    plain = message.removeprefix("Input should be ").removesuffix(" after validation, not 0")
    plain = plain.replace("less than or equal to", "at most").replace("greater than or equal to", "at least")
    return plain.replace("Tuple should have", "a list of").replace("Value should have", "a list of")


def _path(location: Location) -> str:
    path = f"{NAMESPACE}:"
    for part in location:
        if part == "[key]":
            continue
        path += f"[{part}]" if isinstance(part, int) else part if path.endswith(":") else f".{part}"
    return path
