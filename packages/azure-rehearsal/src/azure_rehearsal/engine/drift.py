"""Drift: differences between the simulated Azure and the last deployment, as text.

Reads the event log of a refresh preview. A changed input of the program and a missing resource are drift. Values that
only Azure reports are not, such as a version, an autoscaler's count, or child resources that their parent lists.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from azure_rehearsal.engine.events import events_of, masked

REMEDIATION: Final = (
    "To revert the drift, run `pulumi up --refresh`: without the refresh Pulumi does not see it."
    " To keep it, change the settings accordingly, then run `pulumi up --refresh`, which must change nothing."
)
MAX_VALUE_LENGTH: Final = 200
"""Characters; longer values are cut in the text."""
_EXPECTED_LATER: Final = {
    ("azure-native:network:VirtualNetworkPeering", "peeringState"): "Connected",
    ("azure-native:network:VirtualNetworkPeering", "peeringSyncLevel"): "FullyInSync",
}
"""Values that Azure sets after the deployment: a peering is connected once its other side exists."""
_GONE: Final = "delete"
_CHANGED: Final = "update"


class _NotSet:
    def __repr__(self) -> str:
        return "not set"


NOT_SET: Final = _NotSet()
"""The value of a missing property."""


@dataclass(frozen=True)
class PropertyChange:
    """A changed property. Either side can be `NOT_SET`."""

    path: str
    was: Any
    now: Any

    def __str__(self) -> str:
        return f"{self.path}: was {_format_value(self.was)}, is {_format_value(self.now)}"


@dataclass(frozen=True)
class Drift:
    """A resource that differs from its deployment. Without `changes`, it no longer exists."""

    stack: str
    type: str
    name: str
    id: str
    changes: tuple[PropertyChange, ...] = ()

    def lines(self) -> list[str]:
        """The drift as text."""
        head = f"{self.name} ({self.type})"
        if not self.changes:
            return [f"{head} no longer exists; its id was {self.id}"]
        return [f"{head} changed", *(f"    {change}" for change in self.changes)]

    def as_json(self) -> dict[str, Any]:
        """The drift as a JSON object. Omits a side that is not set."""
        sides = [{"path": item.path, "was": item.was, "is": item.now} for item in self.changes]
        changes = [{key: value for key, value in side.items() if value is not NOT_SET} for side in sides]
        return {
            "stack": self.stack,
            "type": self.type,
            "name": self.name,
            "id": self.id,
            "gone": not self.changes,
            "changes": changes,
        }


def refresh_changes(log: Path) -> set[str]:
    """The changes that a refresh preview plans, as operation and URN; includes values that only Azure reports."""
    return {f"{metadata['op']} {metadata['urn']}" for metadata in _differing_resources(log)}


def drift_in(stack: str, log: Path) -> list[Drift]:
    """The drift in the log of a refresh preview, sorted by type and name."""
    found: list[Drift] = []
    ids = _ids(log)
    for metadata in _differing_resources(log):
        old, new = metadata["old"], metadata.get("new") or {}
        changes: tuple[PropertyChange, ...] = ()
        if metadata["op"] == _CHANGED:
            children = {id.rsplit("/", 1)[-1] for id in ids if id.startswith(f"{old['id']}/")}
            found_here = property_changes(masked(old.get("inputs") or {}), masked(new.get("inputs") or {}), children)
            changes = tuple(change for change in found_here if not _is_set_by_azure(old["type"], change))
            if not changes:
                continue
        found.append(Drift(stack, old["type"], old["urn"].rsplit("::", 1)[-1], old["id"], changes))
    return sorted(found, key=lambda drift: (drift.type, drift.name))


def _is_set_by_azure(type: str, change: PropertyChange) -> bool:
    return (type, change.path) in _EXPECTED_LATER and change.now == _EXPECTED_LATER[type, change.path]


def _ids(log: Path) -> set[str]:
    """The ids of all resources in the stack."""
    states = [
        event["resourcePreEvent"]["metadata"].get("old") for event in events_of(log) if "resourcePreEvent" in event
    ]
    return {state["id"] for state in states if state and state.get("id")}


def _differing_resources(log: Path) -> Iterator[dict[str, Any]]:
    for event in events_of(log):
        metadata = (event.get("resOutputsEvent") or {}).get("metadata") or {}
        if metadata.get("op") in (_GONE, _CHANGED) and metadata["old"].get("custom"):
            yield metadata


def property_changes(was: Any, now: Any, children: Collection[str] = (), path: str = "") -> Iterator[PropertyChange]:
    """Every changed property with its path: `tags.owner`, `securityRules[web].priority`, `zones[0]`.

    Compares list items by `name` if all have one, else by index. A new item whose name is in `children` is a separate
    resource that its parent only lists: it is not a change. Ignores the engine's own keys.
    """
    if isinstance(was, dict) and isinstance(now, dict):
        for key in sorted(was.keys() | now.keys()):
            if not key.startswith("__"):
                below = f"{path}.{key}" if path else key
                yield from property_changes(was.get(key, NOT_SET), now.get(key, NOT_SET), children, below)
    elif isinstance(was, list) and isinstance(now, list):
        before, after = _by_name(was), _by_name(now)
        if before is None or after is None:
            before, after = dict(enumerate(was)), dict(enumerate(now))
        for key in [*before, *(key for key in after if key not in before and key not in children)]:
            yield from property_changes(before.get(key, NOT_SET), after.get(key, NOT_SET), children, f"{path}[{key}]")
    elif was != now:
        yield PropertyChange(path, was, now)


def _by_name(items: list[Any]) -> dict[Any, Any] | None:
    """The items by name; `None` if an item has no name, or two have the same."""
    named = {item["name"]: item for item in items if isinstance(item, dict) and isinstance(item.get("name"), str)}
    return named if len(named) == len(items) else None


def _format_value(value: Any) -> str:
    """A value as text; cuts a long one and says so."""
    text = repr(value) if value is NOT_SET else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_VALUE_LENGTH else f"{text[:MAX_VALUE_LENGTH]}… (cut; --json shows the whole value)"
