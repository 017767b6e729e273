"""What a stack has come to: its state, what exists outside, its outputs; and how that differs from another end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.run import Run
from azure_rehearsal.reports.recording import masked

MAX_LISTED: Final = 5
"""How many things a sentence names."""


@dataclass(frozen=True)
class EndState:
    """`resources` are ids and inputs by URN, without components and providers; `incomplete` is what no state should have
    after a run that was done; `contents` is what exists outside; `reported` are the resources' outputs by URN."""

    resources: dict[str, tuple[str, Any]]
    incomplete: list[str]
    contents: set[str]
    outputs: dict[str, Any]
    reported: dict[str, Any] = field(default_factory=dict)


def end_state_of(rehearsal: Rehearsal, last: Run) -> EndState:
    """The end that a stack is at after its last run."""
    deployment = rehearsal.export(show_secrets=True)
    resources = deployment.get("resources") or []
    own = [item for item in resources if item.get("custom") and not item["type"].startswith("pulumi:")]
    incomplete = [
        f"{item['resource']['urn']} is pending ({item['type']})" for item in deployment.get("pending_operations") or []
    ]
    incomplete += [f"{item['urn']} waits to be deleted" for item in own if item.get("delete")]
    incomplete += [f"{item['urn']} failed when it was created" for item in own if item.get("initErrors")]
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


def differences(wanted: EndState, found: EndState) -> list[str]:
    """How one end differs from the end that it should be."""
    same = wanted.resources.keys() & found.resources.keys()
    other_id = [urn for urn in same if wanted.resources[urn][0] != found.resources[urn][0]]
    other_inputs = [
        urn
        for urn in same
        if not _inputs_match(wanted.resources[urn][1], found.resources[urn][1], wanted.reported.get(urn))
    ]
    keys = wanted.outputs.keys() | found.outputs.keys()
    other_outputs = [key for key in keys if wanted.outputs.get(key) != found.outputs.get(key)]
    sentences = {
        "incomplete in the state": found.incomplete,
        "not in the state": wanted.resources.keys() - found.resources.keys(),
        "in the state, and should not be": found.resources.keys() - wanted.resources.keys(),
        "in the state under another id": other_id,
        "in the state with other inputs": other_inputs,
        "missing outside": wanted.contents - found.contents,
        "an orphan outside": found.contents - wanted.contents,
        "another output": other_outputs,
    }
    return [f"{what}: {_listed(items)}" for what, items in sentences.items() if items]


def _inputs_match(wanted: Any, found: Any, reported: Any) -> bool:
    """Whether inputs are the wanted ones, or those and what Azure reports anyway.

    An import takes over all that can be written, and what the program ignores stays in the state.
    """
    if not isinstance(wanted, dict) or not isinstance(found, dict) or not wanted.keys() <= found.keys():
        return wanted == found
    known = reported if isinstance(reported, dict) else {}
    return all(
        _inputs_match(wanted[key], value, known.get(key)) if key in wanted else key in known and value == known[key]
        for key, value in found.items()
    )


def _without_engine_keys(inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs without the engine's own keys, which an import does not set."""
    return {key: value for key, value in inputs.items() if not key.startswith("__")}


def _listed(items: Iterable[str]) -> str:
    names = sorted(items)
    more = f" and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else ""
    return ", ".join(names[:MAX_LISTED]) + more
