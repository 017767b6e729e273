"""Recordings of deployments."""

from __future__ import annotations

import json
from pathlib import Path

from azure_rehearsal.engine.events import Step
from azure_rehearsal.protocol.values import SECRET, SIGNATURE_KEY
from azure_rehearsal.reports import recording


def _secret(value: object) -> dict[str, str]:
    return {SIGNATURE_KEY: SECRET, "plaintext": json.dumps(value)}


def test_a_masked_secret_keeps_its_structure() -> None:
    value = {"user": "u", "port": 5432, "tls": True, "hosts": ["a", None], "inner": _secret({"key": "k"})}
    assert recording.masked({"open": "o", "connection": _secret(value)}) == {
        "open": "o",
        "connection": {
            "user": "[secret]",
            "port": "[secret]",
            "tls": True,
            "hosts": ["[secret]", None],
            "inner": {"key": "[secret]"},
        },
    }


def test_a_recording_has_the_declared_inputs_and_no_resources_to_be_deleted() -> None:
    inputs = {"x": 1, "azureApiVersion": "2025-09-01", "__defaults": []}
    kept = {"urn": "urn:pulumi:dev::p::a:b:C::kept", "type": "a:b:C", "custom": True, "inputs": inputs}
    gone = {**kept, "urn": "urn:pulumi:dev::p::a:b:C::gone", "delete": True}
    assert recording.recording_of({"resources": [kept, gone]}, []) == [
        {
            "urn": kept["urn"],
            "type": "a:b:C",
            "name": "kept",
            "parent": "",
            "inputs": {"x": 1},
            "outputs": {},
            "dependencies": [],
            "protect": False,
            "op": "same",
        }
    ]
    steps = [Step("update", kept["urn"], "a:b:C", "kept")]
    assert recording.recording_of({"resources": [kept]}, steps)[0]["op"] == "update"


def test_a_recording_is_written_atomically(tmp_path: Path) -> None:
    target = tmp_path / "new" / "staging.json"
    recording.write(target, [{"urn": "u"}])
    assert json.loads(target.read_text()) == [{"urn": "u"}]
    assert [path.name for path in target.parent.iterdir()] == ["staging.json"]
