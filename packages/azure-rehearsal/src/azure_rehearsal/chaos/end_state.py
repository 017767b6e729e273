"""The end state of a stack: its state, the backends' contents, its outputs; and the comparison of two end states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.run import Run
from azure_rehearsal.reports.recording import masked

MAX_LISTED: Final = 5
"""Items that a message names."""


@dataclass(frozen=True)
class EndState:
    """`resources` are ids and inputs by URN, without components and providers. `incomplete` are sentences about what a
    completed run must not leave in the state. `contents` are the lines of the backends. `reported` are the resources'
    outputs by URN.
    """

    resources: dict[str, tuple[str, Any]]
    incomplete: list[str]
    contents: set[str]
    outputs: dict[str, Any]
    reported: dict[str, Any] = field(default_factory=dict)


def end_state_of(rehearsal: Rehearsal, last: Run) -> EndState:
    """The end state of a stack after its last run."""
    deployment = rehearsal.export(show_secrets=True)
    resources = deployment.get("resources") or []
    own = [item for item in resources if item.get("custom") and not item["type"].startswith("pulumi:")]
    incomplete = [
        f"{item['resource']['urn']} is pending ({item['type']})" for item in deployment.get("pending_operations") or []
    ]
    incomplete += [f"{item['urn']} still has to be deleted" for item in own if item.get("delete")]
    incomplete += [f"{item['urn']} failed during its creation" for item in own if item.get("initErrors")]
    incomplete += rehearsal.backends.unready()
    for identity, times in Counter((item["type"], item["id"]) for item in own).items():
        if times > 1 and not identity[0].startswith("random:"):
            incomplete.append(f"{identity[1]} is in the state {times} times")
    return EndState(
        resources={item["urn"]: (item["id"], _without_engine_keys(masked(item.get("inputs", {})))) for item in own},
        incomplete=incomplete,
        contents=rehearsal.backends.contents(),
        outputs=last.outputs if last.command[0] == "up" else {},
        reported={item["urn"]: masked(item.get("outputs", {})) for item in own},
    )


def differences(expected: EndState, found: EndState) -> list[str]:
    """The differences from the expected end state, one sentence each."""
    same = expected.resources.keys() & found.resources.keys()
    other_id = [urn for urn in same if expected.resources[urn][0] != found.resources[urn][0]]
    other_inputs = [
        urn
        for urn in same
        if not _inputs_match(expected.resources[urn][1], found.resources[urn][1], expected.reported.get(urn))
    ]
    keys = expected.outputs.keys() | found.outputs.keys()
    other_outputs = [key for key in keys if expected.outputs.get(key) != found.outputs.get(key)]
    sentences = {
        "incomplete in the state": found.incomplete,
        "missing in the state": expected.resources.keys() - found.resources.keys(),
        "unexpected in the state": found.resources.keys() - expected.resources.keys(),
        "in the state with another id": other_id,
        "in the state with other inputs": other_inputs,
        "missing in the backends": expected.contents - found.contents,
        "orphan in the backends": found.contents - expected.contents,
        "different output": other_outputs,
    }
    return [f"{label}: {_listed(items)}" for label, items in sentences.items() if items]


def _inputs_match(expected: Any, found: Any, reported: Any) -> bool:
    """Whether the inputs equal the expected ones, apart from additional values that Azure reports anyway.

    An import adds all writable properties to the state, and the state keeps those that the program ignores.
    """
    if not isinstance(expected, dict) or not isinstance(found, dict) or not expected.keys() <= found.keys():
        return expected == found
    known = reported if isinstance(reported, dict) else {}
    return all(
        _inputs_match(expected[key], value, known.get(key)) if key in expected else key in known and value == known[key]
        for key, value in found.items()
    )


def _without_engine_keys(inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs without the engine's own keys, which an import does not set."""
    return {key: value for key, value in inputs.items() if not key.startswith("__")}


def _listed(items: Iterable[str]) -> str:
    names = sorted(items)
    more = f" and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else ""
    return ", ".join(names[:MAX_LISTED]) + more
