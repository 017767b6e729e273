"""Writes the JSON schema with which editors complete and check stack files."""

from __future__ import annotations

from typing import Any, Final

from settings.loader.class_defaults import CLASS_DEFAULTS
from settings.loader.stack_file import NAMESPACE, PROJECT
from settings.schema.stack import Settings

SCHEMA_FILE: Final = PROJECT / "settings.schema.json"


def stack_file_schema() -> dict[str, Any]:
    """The schema of a whole `Pulumi.<stack>.yaml`. Nothing is required: class and `extends` may give any section."""
    sections = Settings.model_json_schema()
    definitions = {name: _optional(node) for name, node in sections["$defs"].items()}
    properties = {f"{NAMESPACE}:{name}": node for name, node in sections["properties"].items()}
    properties[f"{NAMESPACE}:secrets"] = {
        "type": "object",
        "description": "Secrets by name, each `secure:`; other sections refer to them by name.",
        "additionalProperties": {
            "type": "object",
            "properties": {"secure": {"type": "string"}},
            "required": ["secure"],
        },
    }
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
                "properties": properties,
                "patternProperties": {f"^(?!{NAMESPACE}:)": {}},
                "additionalProperties": False,
            },
        },
        "$defs": definitions,
        "x-class-defaults": CLASS_DEFAULTS,
    }


def _optional(node: dict[str, Any]) -> dict[str, Any]:
    """Without `required` and `x-` notes: a stack file may leave to its class or base what the whole must have."""
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
