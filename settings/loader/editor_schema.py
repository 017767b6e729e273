"""Writes the JSON schema with which editors complete and check stack files.

The schema is flat: it lists the sections of all kinds, and one `if`/`then` for each kind refuses the sections that the
kind does not have. Editors then show an error exactly where it is, which they do not for `oneOf`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from model.kinds import DEFAULT_KIND, KINDS, Kind
from settings.loader.stack_file import NAMESPACE, PROJECT

SCHEMA_FILE: Final = PROJECT / "settings.schema.json"

Schema = dict[str, Any]


def stack_file_schema(kinds: Mapping[str, Kind[Any]] = KINDS) -> Schema:
    """Returns the schema of a whole `Pulumi.<stack>.yaml`. It requires no section, because the class and the stack that
    `extends` names can supply each.
    """
    definitions, sections = _definitions_and_sections(kinds)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Stack file of the voice platform",
        "type": "object",
        "properties": {
            "encryptionsalt": {"type": "string"},
            "encryptedkey": {"type": "string"},
            "secretsprovider": {"type": "string"},
            "config": {
                "type": "object",
                "properties": _flat(sections),
                "patternProperties": {f"^(?!{NAMESPACE}:)": {}},
                "additionalProperties": False,
                "allOf": [_only_of(kind, sections) for kind in sections],
            },
        },
        "$defs": definitions,
        "x-class-defaults": {name: kind.class_defaults for name, kind in kinds.items()},
    }


def _definitions_and_sections(kinds: Mapping[str, Kind[Any]]) -> tuple[Schema, dict[str, Schema]]:
    """The definitions that all kinds share, and the schema of each section by kind and key in the stack file."""
    references, whole = models_json_schema([(kind.settings, "validation") for kind in kinds.values()])
    definitions = whole["$defs"]
    sections: dict[str, Schema] = {}
    for name, kind in kinds.items():
        reference = references[(kind.settings, "validation")]["$ref"].rsplit("/", 1)[-1]
        properties = definitions.pop(reference)["properties"]
        sections[name] = {
            f"{NAMESPACE}:{key}": _without_notes(node) for key, node in properties.items() if key != "kind"
        }
        sections[name][f"{NAMESPACE}:secrets"] = _SECRETS
    return {name: _optional(node) for name, node in definitions.items()}, sections


_SECRETS: Final[Schema] = {
    "type": "object",
    "description": "Secrets by name, each a `secure:` value. Other sections refer to them by name.",
    "additionalProperties": {
        "type": "object",
        "properties": {"secure": {"type": "string"}},
        "required": ["secure"],
    },
}


def _flat(sections: Mapping[str, Schema]) -> Schema:
    """All sections of all kinds. A section that the kinds define differently has its schema in `then` only."""
    flat: Schema = {
        f"{NAMESPACE}:kind": {
            "type": "string",
            "enum": list(sections),
            "default": DEFAULT_KIND,
            "description": "Kind of the stack. It determines which sections the stack file has.",
        }
    }
    for own in sections.values():
        for key, node in own.items():
            flat[key] = node if flat.get(key, node) == node else {}
    return flat


def _only_of(kind: str, sections: Mapping[str, Schema]) -> Schema:
    """Refuses the sections of other kinds in a stack file of this kind, and checks those that differ between kinds.

    A stack file that names no kind has the kind of the stack that it extends, which is in another file, and otherwise
    the default kind.
    """
    key, flat, own = f"{NAMESPACE}:kind", _flat(sections), sections[kind]
    named: Schema = {"required": [key], "properties": {key: {"const": kind}}}
    unnamed: Schema = {"not": {"anyOf": [{"required": [key]}, {"required": [f"{NAMESPACE}:extends"]}]}}
    foreign = {other: _refused(kind) for other in flat if other not in own and other != key}
    different = {name: node for name, node in own.items() if flat[name] != node}
    return {
        "if": {"anyOf": [named, unnamed]} if kind == DEFAULT_KIND else named,
        "then": {"properties": {**foreign, **different}},
    }


def _refused(kind: str) -> Schema:
    """Not `False`, for which validators report the place of the whole map."""
    return {"not": {}, "description": f"Not a section of kind {kind}."}


def _optional(node: Schema) -> Schema:
    """Removes `required` and `x-` notes: the class or the base can supply what the stack file leaves out."""
    return {
        key: {name: _without_notes(item) for name, item in value.items()} if key == "properties" else value
        for key, value in node.items()
        if key != "required"
    }


def _without_notes(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_notes(item) for key, item in node.items() if not key.startswith("x-")}
    if isinstance(node, list):
        return [_without_notes(item) for item in node]
    return node
