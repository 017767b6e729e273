"""No report contains a secret."""

from __future__ import annotations

import json

from azure_rehearsal.engine.run import Run
from azure_rehearsal.protocol.values import SECRET, SIGNATURE_KEY
from azure_rehearsal.reports.change import change_of
from azure_rehearsal.reports.recording import recording_of
from simulator_tests.reports.rendered import everything
from simulator_tests.reports.sample_platform import small_platform

PLANTED = "planted-hunter2"


def test_a_secret_in_any_property_is_in_no_report() -> None:
    secret = {SIGNATURE_KEY: SECRET, "plaintext": json.dumps(PLANTED)}
    for path in ("version", "createMode", "location", "vmSize", "tags", "kubernetesVersion", "addressPrefix"):
        resources = [{**item, "inputs": {**item["inputs"], path: secret}} for item in small_platform()]
        recording = recording_of({"resources": resources}, ())
        plans = {
            item["urn"]: {"goal": {"inputDiff": {"updates": {path: secret}}}, "steps": ["update"]} for item in recording
        }
        change = change_of(Run("test", ("preview",), 0, 1.0), {"resourcePlans": plans}, recording)
        assert PLANTED not in everything(recording, change)
