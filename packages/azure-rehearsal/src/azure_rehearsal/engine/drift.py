"""Drift: what was changed in the simulated cloud behind Pulumi's back, in plain words.

Read from the event log of a refresh's preview. Counted as drift is what the program says and the cloud has otherwise,
and what is gone; what Azure only reports (a version, a count that an autoscaler chose, resources of their own that
their parent shows) is not.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from azure_rehearsal.engine.events import events_of, masked

REMEDIATION: Final = (
    "To put it back, run `pulumi up --refresh`: without the refresh Pulumi does not look."
    " To keep it, change the settings to say the same, then run `pulumi up --refresh`, which must change nothing."
)
MAX_VALUE_LENGTH: Final = 200
"""How many characters of a value people get to see."""
_EXPECTED_LATER: Final = {
    ("azure-native:network:VirtualNetworkPeering", "peeringState"): "Connected",
    ("azure-native:network:VirtualNetworkPeering", "peeringSyncLevel"): "FullyInSync",
}
"""What properties come to by themselves after a deployment: a peering is connected once its other side is made."""
_GONE: Final = "delete"
_CHANGED: Final = "update"


class _NotSet:
    def __repr__(self) -> str:
        return "not set"


NOT_SET: Final = _NotSet()
"""Stands where a property is missing."""


@dataclass(frozen=True)
class Change:
    """One property; either side may be `NOT_SET`."""

    path: str
    was: Any
    now: Any

    def __str__(self) -> str:
        return f"{self.path}: was {_format_value(self.was)}, is {_format_value(self.now)}"


@dataclass(frozen=True)
class Drift:
    """One resource that is not as it was deployed; without `changes` it is gone."""

    stack: str
    type: str
    name: str
    id: str
    changes: tuple[Change, ...] = ()

    def lines(self) -> list[str]:
        """The drift for people."""
        head = f"{self.name} ({self.type})"
        if not self.changes:
            return [f"{head} is gone; it was {self.id}"]
        return [f"{head} was changed", *(f"    {change}" for change in self.changes)]

    def as_json(self) -> dict[str, Any]:
        """The drift for machines; a side that is not set is left out."""
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
    """What the preview of a refresh would change in the state, what Azure only reports included: operation and URN."""
    return {f"{metadata['op']} {metadata['urn']}" for metadata in _differing_resources(log)}


def drift_in(stack: str, log: Path) -> list[Drift]:
    """The drift that the preview of a refresh found, in the order of types and names."""
    found: list[Drift] = []
    ids = _ids(log)
    for metadata in _differing_resources(log):
        old, new = metadata["old"], metadata.get("new") or {}
        changes: tuple[Change, ...] = ()
        if metadata["op"] == _CHANGED:
            children = {id.rsplit("/", 1)[-1] for id in ids if id.startswith(f"{old['id']}/")}
            found_here = property_changes(masked(old.get("inputs") or {}), masked(new.get("inputs") or {}), children)
            changes = tuple(change for change in found_here if not _is_set_by_azure(old["type"], change))
            if not changes:
                continue
        found.append(Drift(stack, old["type"], old["urn"].rsplit("::", 1)[-1], old["id"], changes))
    return sorted(found, key=lambda drift: (drift.type, drift.name))


def _is_set_by_azure(type: str, change: Change) -> bool:
    return (type, change.path) in _EXPECTED_LATER and change.now == _EXPECTED_LATER[type, change.path]


def _ids(log: Path) -> set[str]:
    """The ids of all that the stack has."""
    states = [
        event["resourcePreEvent"]["metadata"].get("old") for event in events_of(log) if "resourcePreEvent" in event
    ]
    return {state["id"] for state in states if state and state.get("id")}


def _differing_resources(log: Path) -> Iterator[dict[str, Any]]:
    for event in events_of(log):
        metadata = (event.get("resOutputsEvent") or {}).get("metadata") or {}
        if metadata.get("op") in (_GONE, _CHANGED) and metadata["old"].get("custom"):
            yield metadata


def property_changes(was: Any, now: Any, own: Collection[str] = (), path: str = "") -> Iterator[Change]:
    """Every property that differs, at its own path: `tags.owner`, `securityRules[sip].priority`, `zones[0]`.

    Items of a list are told apart by their `name` where they have one. An item that came with a name in `own` is a
    resource of its own, which its parent only shows. The engine's own keys are left out.
    """
    if isinstance(was, dict) and isinstance(now, dict):
        for key in sorted(was.keys() | now.keys()):
            if not key.startswith("__"):
                below = f"{path}.{key}" if path else key
                yield from property_changes(was.get(key, NOT_SET), now.get(key, NOT_SET), own, below)
    elif isinstance(was, list) and isinstance(now, list):
        before, after = _by_name(was), _by_name(now)
        if before is None or after is None:
            before, after = dict(enumerate(was)), dict(enumerate(now))
        for key in [*before, *(key for key in after if key not in before and key not in own)]:
            yield from property_changes(before.get(key, NOT_SET), after.get(key, NOT_SET), own, f"{path}[{key}]")
    elif was != now:
        yield Change(path, was, now)


def _by_name(items: list[Any]) -> dict[Any, Any] | None:
    """The items by their names; `None` where one has none, or two have the same."""
    named = {item["name"]: item for item in items if isinstance(item, dict) and isinstance(item.get("name"), str)}
    return named if len(named) == len(items) else None


def _format_value(value: Any) -> str:
    """A value for people; a long one is cut, and says so."""
    text = repr(value) if value is NOT_SET else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_VALUE_LENGTH else f"{text[:MAX_VALUE_LENGTH]}… (cut; --json has all of it)"
