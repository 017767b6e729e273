"""The fields that a field manager applied to an object, reconstructed from `metadata.managedFields`.

The format is `fieldsV1` of structured-merge-diff: `f:name` is a field, `k:{…}` a list item with these keys, `v:…` a
value in a set, `.` the value itself.
"""

from __future__ import annotations

import json
from typing import Any, Final

from azure_rehearsal.kubernetes.cluster import Object

_IDENTITY: Final = ("name", "namespace")


def applied_by(live: Object, manager: str) -> Object | None:
    """The fields that `manager` applied, as an object; `None` when it applied none."""
    fields = [
        entry.get("fieldsV1") or {}
        for entry in live["metadata"].get("managedFields") or ()
        if entry["manager"] == manager and entry["operation"] == "Apply" and not entry.get("subresource")
    ]
    if not fields:
        return None
    applied: Object = {"apiVersion": live["apiVersion"], "kind": live["kind"], "metadata": {}}
    for entry in fields:
        found = _part(live, entry)
        metadata = found.pop("metadata", {})
        applied.update(found)
        applied["metadata"] = metadata
    identity = {name: live["metadata"][name] for name in _IDENTITY if live["metadata"].get(name)}
    applied["metadata"] = {**applied["metadata"], **identity}
    return applied


def _part(value: Any, fields: dict[str, Any]) -> Any:
    """The part of a live value that these fields select."""
    inner = {name: entry for name, entry in fields.items() if name != "."}
    if not inner:
        return {} if isinstance(value, dict) and fields else value
    if isinstance(value, dict):
        return {
            name[2:]: _part(value[name[2:]], entry)
            for name, entry in inner.items()
            if name.startswith("f:") and name[2:] in value
        }
    if isinstance(value, list):
        return [part for item in value if (part := _item(item, inner)) is not None]
    return value


def _item(item: Any, fields: dict[str, Any]) -> Any:
    """The selected part of a list item; `None` when it is not selected."""
    for name, entry in fields.items():
        kind, _, text = name.partition(":")
        if kind == "k" and isinstance(item, dict):
            keys = json.loads(text)
            if all(item.get(key) == wanted for key, wanted in keys.items()):
                part = _part(item, entry)
                return {**keys, **part} if isinstance(part, dict) else part
        elif kind == "v" and item == json.loads(text):
            return item
    return None
