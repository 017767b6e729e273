"""YAML in which a small change makes a small diff: sorted keys, one value a line, long text as block scalars.

Three tags say what YAML cannot: `!secret` (the engine encrypts the value), `!json` (the value is sent as JSON text,
shown parsed) and `!lines` (text that YAML has no block scalar for, because of tabs or trailing spaces).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from tools.inventory.declared import Secret


class _Json(dict[str, Any]):
    """A map that is sent as text."""


class _Lines(list[str]):
    """Text without a block scalar."""


class _Dumper(yaml.CSafeDumper):
    """Without anchors: a change in one place must not move text to another."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is PyYAML's
        return True


def document(content: Any, labels: Mapping[str, str]) -> str:
    """The YAML of maps, lists and plain values; each key of `labels` is replaced by its value wherever it occurs."""
    text = yaml.dump(
        _prepared(content), Dumper=_Dumper, sort_keys=False, width=10**6, allow_unicode=True, default_flow_style=False
    )
    if not labels:
        return text
    values = "|".join(re.escape(value) for value in sorted(labels, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)(?:{values})(?!\w)")
    return pattern.sub(lambda found: labels[found.group()], text)


def _prepared(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _prepared(item) for key, item in sorted(value.items())}
    if isinstance(value, list | tuple):
        return [_prepared(item) for item in value]
    if isinstance(value, Secret):
        return Secret(_prepared(value.value))
    if isinstance(value, str):
        return _prepared_text(value)
    return value


def _prepared_text(text: str) -> Any:
    if text.startswith("{") and text.endswith("}"):
        try:
            return _Json(json.loads(text))
        except ValueError:
            pass
    if "\n" in text and re.search(r"\t| \n| $", text):
        return _Lines(text.split("\n"))
    return text


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _secret(dumper: yaml.CSafeDumper, secret: Secret) -> yaml.Node:
    node = dumper.represent_data(secret.value)
    node.tag = "!secret"
    return node


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Secret, _secret)
_Dumper.add_representer(_Json, lambda dumper, value: dumper.represent_mapping("!json", value.items()))
_Dumper.add_representer(_Lines, lambda dumper, value: dumper.represent_sequence("!lines", value))
