"""A recording: the deployed resources of a stack, as a JSON list that other tools can check.

It has one entry for each resource in the state, including components, providers and the stack itself, with the engine's
keys (camelCase): urn, type, name, parent, inputs, outputs, dependencies, protect, op, and retrySeconds if the provider
waited between retries. Inputs have Azure's spelling if that differs from the SDK's
(`azure_rehearsal.azure.core.request_body`). A secret keeps its structure: `"[secret]"` replaces each string and number
in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from azure_rehearsal.azure.core.request_body import as_sent
from azure_rehearsal.engine.events import MASKED, Step
from azure_rehearsal.protocol.provider import RetryWait
from azure_rehearsal.protocol.values import SECRET, SIGNATURE_KEY

UNTOUCHED: Final = "same"
BOOKKEEPING: Final = frozenset({"azureApiVersion"})
"""Inputs that azure-native adds for itself, for example the API version that it used."""


def recording_of(
    deployment: dict[str, Any], steps: Iterable[Step], retry_waits: Iterable[RetryWait] = ()
) -> list[dict[str, Any]]:
    """The recording of a stack. `deployment` is its export with secrets, the rest describes its last run."""
    operations = {step.urn: step.op for step in steps}
    waits = {wait.urn: {"retrySeconds": wait.seconds} for wait in retry_waits}
    return [
        {
            "urn": resource["urn"],
            "type": resource["type"],
            "name": resource["urn"].rsplit("::", 1)[-1],
            "parent": resource.get("parent", ""),
            "inputs": as_sent(resource["type"], masked(_declared(resource))),
            "outputs": masked(resource.get("outputs", {})),
            "dependencies": resource.get("dependencies", []),
            "protect": resource.get("protect", False),
            "op": operations.get(resource["urn"], UNTOUCHED),
            **waits.get(resource["urn"], {}),
        }
        for resource in deployment.get("resources", [])
        if not resource.get("delete")  # replaced, still to be deleted
    ]


def _declared(resource: dict[str, Any]) -> dict[str, Any]:
    """The inputs without those that the engine or the provider adds for itself."""
    inputs = resource.get("inputs", {})
    return {key: value for key, value in inputs.items() if not key.startswith("__") and key not in BOOKKEEPING}


def write(path: Path, entries: list[dict[str, Any]]) -> None:
    """Writes the recording atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)


def masked(value: Any) -> Any:
    """A value of the state with masked secrets."""
    if isinstance(value, dict):
        if value.get(SIGNATURE_KEY) == SECRET:
            return _shape(json.loads(value["plaintext"]))
        return {key: masked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return value


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return (
            _shape(json.loads(value["plaintext"]))
            if value.get(SIGNATURE_KEY) == SECRET
            else {key: _shape(item) for key, item in value.items()}
        )
    if isinstance(value, list):
        return [_shape(item) for item in value]
    return value if value is None or isinstance(value, bool) else MASKED
