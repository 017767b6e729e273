"""The recording that a plan leads to.

A preview's event log does not contain the dependencies of a resource; the plan of `pulumi preview --save-plan FILE`
does. Unknown values are `[unknown]`, secrets are `[secret]`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from google.protobuf import struct_pb2

from azure_rehearsal.engine.events import MASKED, NOT_KNOWN_YET, Step
from azure_rehearsal.protocol.values import SECRET, SIGNATURE_KEY, UNKNOWN, from_wire
from azure_rehearsal.reports.recording import BOOKKEEPING
from azure_rehearsal.reports.recording_graph import Recording, operation


def planned(plan: dict[str, Any], before: Recording, steps: Iterable[Step]) -> list[dict[str, Any]]:
    """The recording after `plan` (the parsed file of `--save-plan`), for a stack whose current recording is `before`.

    `steps` are the preview's steps, which have the changed properties. Planned deletions have the op `delete`.
    """
    known = {entry["urn"]: entry for entry in before}
    changed: dict[str, set[str]] = {}
    for step in steps:
        changed.setdefault(step.urn, set()).update(step.changed)
    return [
        _entry(urn, resource, known.get(urn, {}), sorted(changed.get(urn, ())))
        for urn, resource in plan.get("resourcePlans", {}).items()
    ]


def _entry(urn: str, plan: dict[str, Any], before: dict[str, Any], changed: list[str]) -> dict[str, Any]:
    goal = plan.get("goal") or {}  # a deleted resource has none
    op = operation(plan.get("steps", []))
    outputs = plan.get("state") if goal else before.get("outputs")
    return {
        "urn": urn,
        "type": goal.get("type") or before.get("type") or urn.split("::")[2].rsplit("$", 1)[-1],
        "name": urn.rsplit("::", 1)[-1],
        "parent": goal.get("parent") or before.get("parent", ""),
        "inputs": _edited(before.get("inputs") or {}, goal.get("inputDiff") or {}),
        "outputs": _plain(outputs or {}),
        "dependencies": goal.get("dependencies") or ([] if goal else before.get("dependencies", [])),
        "provider": goal.get("provider") or "",
        "protect": goal.get("protect", before.get("protect", False)),
        "op": op,
        "changed": changed,
    }


def _edited(inputs: dict[str, Any], difference: dict[str, Any]) -> dict[str, Any]:
    """The inputs after a plan's difference, which consists of whole top-level properties."""
    gone = set(difference.get("deletes") or ())
    news = {**(difference.get("adds") or {}), **(difference.get("updates") or {})}
    new = {key: value for key, value in news.items() if not key.startswith("__") and key not in BOOKKEEPING}
    return {**{key: value for key, value in inputs.items() if key not in gone}, **_plain(new)}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get(SIGNATURE_KEY) == SECRET:
            return MASKED
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, str) and from_wire(struct_pb2.Value(string_value=value)) is UNKNOWN:
        return NOT_KNOWN_YET
    return value
