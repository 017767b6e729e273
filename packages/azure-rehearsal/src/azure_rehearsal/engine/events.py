"""The engine's event log (`--event-log`, one JSON object per line) as plain values.

The flag is hidden unless `PULUMI_DEBUG_COMMANDS` is set; Pulumi's own Automation API relies on it. The engine masks
secrets before it writes them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from google.protobuf import struct_pb2

from azure_rehearsal.protocol.values import SECRET, SIGNATURE_KEY, UNKNOWN, from_wire

MASKED: Final = "[secret]"
NOT_KNOWN_YET: Final = "[unknown]"
_COLOR: Final = re.compile(r"<\{%[^%]*%\}>|\x1b\[[0-9;]*m")
_STACK_TYPE: Final = "pulumi:pulumi:Stack"


@dataclass(frozen=True)
class Step:
    """One operation on one resource. Steps are in the order in which the engine started them.

    `op` is the engine's term: same, create, update, delete, replace, create-replacement, delete-replaced, read,
    refresh … `changed` are the property paths that differ, `replaces` those that force a replacement.
    `failed`: the engine tried the operation, and the provider refused it.
    """

    op: str
    urn: str
    type: str
    name: str
    changed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    failed: bool = False


@dataclass(frozen=True)
class Diagnostic:
    """A warning or an error. `urn` is empty if it does not concern a single resource."""

    severity: str
    urn: str
    message: str


@dataclass(frozen=True)
class EventLog:
    """A parsed event log. `operations` counts what Pulumi's own summary counts (no default providers)."""

    operations: dict[str, int] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    outputs: dict[str, Any] = field(default_factory=dict)


def read_events(log: Path) -> EventLog:
    """Reads a log. A missing or empty log (the engine failed before it started) is an empty `EventLog`."""
    steps: dict[tuple[str, str], Step] = {}
    diagnostics: list[Diagnostic] = []
    outputs: dict[str, Any] = {}
    done: set[tuple[str, str]] = set()
    summary: dict[str, int] | None = None
    for event in events_of(log):
        if "resourcePreEvent" in event:
            step = _step(event["resourcePreEvent"]["metadata"])
            steps.setdefault((step.urn, step.op), step)
        elif "resOpFailedEvent" in event:
            step = _step(event["resOpFailedEvent"]["metadata"])
            steps[step.urn, step.op] = replace(steps.get((step.urn, step.op), step), failed=True)
        elif "resOutputsEvent" in event:
            metadata = event["resOutputsEvent"]["metadata"]
            done.add((metadata["urn"], metadata["op"]))
            if metadata["type"] == _STACK_TYPE and metadata.get("new"):
                outputs = {key: masked(value) for key, value in metadata["new"].get("outputs", {}).items()}
        elif "diagnosticEvent" in event and event["diagnosticEvent"]["severity"] in ("warning", "error"):
            found = event["diagnosticEvent"]
            message = _COLOR.sub("", found["message"]).strip()
            diagnostic = Diagnostic(found["severity"], found.get("urn", ""), message)
            if diagnostic not in diagnostics:
                diagnostics.append(diagnostic)
        elif "summaryEvent" in event:
            summary = event["summaryEvent"].get("resourceChanges") or {}
    if summary is None:  # a killed engine writes no summary
        summary = dict(Counter(op for _, op in done))
    return EventLog(
        operations=dict(summary),
        steps=tuple(steps.values()),
        diagnostics=tuple(diagnostics),
        outputs=outputs,
    )


def events_of(log: Path) -> Iterator[dict[str, Any]]:
    """Each event as the engine wrote it; none if there is no log."""
    if not log.exists():
        return
    for line in log.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):  # a killed engine can leave an incomplete line
            yield json.loads(line)


def _step(metadata: dict[str, Any]) -> Step:
    urn = metadata["urn"]
    changed = metadata.get("detailedDiff") or metadata.get("diffs") or ()
    return Step(
        op=metadata["op"],
        urn=urn,
        type=metadata["type"],
        name=urn.rsplit("::", 1)[-1],
        changed=tuple(sorted(changed)),
        replaces=tuple(sorted(metadata.get("keys") or ())),
    )


def masked(value: Any) -> Any:
    """A value in which `[secret]` replaces each secret and `[unknown]` each value that a plan does not know yet."""
    if isinstance(value, dict):
        if value.get(SIGNATURE_KEY) == SECRET:
            return MASKED
        return {key: masked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    if isinstance(value, str) and from_wire(struct_pb2.Value(string_value=value)) is UNKNOWN:
        return NOT_KNOWN_YET
    return value
