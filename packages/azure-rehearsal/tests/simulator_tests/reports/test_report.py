"""What people and machines read about a rehearsal."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from azure_rehearsal.engine.events import Diagnostic, Step
from azure_rehearsal.engine.outcome import Outcome
from azure_rehearsal.engine.run import Run
from azure_rehearsal.reports import report
from azure_rehearsal.reports.failures import failures_of

URN = "urn:pulumi:staging::voice::voice:index:Network$azure-native:network:Subnet::voice-media-subnet"


def _refused(message: str, urn: str = URN, **fields: object) -> Run:
    diagnostics = (Diagnostic("error", urn, message), Diagnostic("error", "", "update failed"))
    return Run("staging", ("up",), 255, 1.5, diagnostics=diagnostics, **fields)  # ty: ignore[invalid-argument-type]


def _shown(outcome: Outcome) -> str:
    text = io.StringIO()
    report.show(outcome, Console(file=text, width=100, highlight=False))
    return text.getvalue()


def test_a_refusal_is_shown_with_its_reason_and_what_to_do() -> None:
    outcome = Outcome("up")
    outcome.add(_refused("NetcfgInvalidSubnet: outside [10.10.0.0/16]. What to do: choose a prefix inside it"))
    text = _shown(outcome)
    assert "✗ staging: voice-media-subnet (azure-native:network:Subnet) was refused" in text
    assert "Reason:     NetcfgInvalidSubnet: outside [10.10.0.0/16]." in text
    assert "What to do: choose a prefix inside it" in text
    assert "update failed" not in text
    assert outcome.exit_code == 1


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ('unable to replace resource "x"\nas it is currently marked for protection', "voice:protect: false"),
        ('Preview failed: resource "x" cannot be deleted\nbecause it is protected.', "voice:protect: false"),
        ("a defect in the azure-native stand-in, please report it:\nTraceback", "report it"),
        ("no resource plugin 'pulumi-resource-tls' found in the workspace", "add a stand-in"),
        ("Duplicate resource URN 'x'; try giving it a unique name", "name one of them"),
        ("Program failed with an unhandled exception:\nValueError: x", "last line of the traceback"),
    ],
)
def test_what_the_engine_refuses_is_explained(message: str, hint: str) -> None:
    (failure,) = failures_of(_refused(message))
    assert hint in failure.remediation
    assert failure.meaning


def test_a_read_that_azure_refused_is_told_without_the_frames_of_the_sdk() -> None:
    reason = "invoke of azure-native:x:getY failed: GatewayTimeout: no answer."
    frames = "Program failed with an unhandled exception:\nTraceback (most recent call last):\n  File rpc.py\n"
    (failure,) = failures_of(_refused(f"{frames}    Exception: {reason}\n  What to do: wait", urn=""))
    assert (failure.message, failure.remediation) == (reason, "wait")


def test_a_refusal_without_a_diagnostic_shows_what_the_cli_complained_of() -> None:
    run = Run("staging", ("up",), 255, 0.1, stderr="warning: a\nerror: could not decrypt\n")
    assert [failure.message for failure in failures_of(run)] == ["could not decrypt"]
    assert failures_of(Run("staging", ("up",), 3, 0.1))[0].message == "pulumi ended with 3"


def test_a_killed_engine_is_called_that_with_the_command_that_unlocks_its_state() -> None:
    (failure,) = failures_of(Run("staging", ("up",), -9, 0.1))
    assert "killed by signal 9" in failure.message
    assert "azure-rehearsal pulumi --stack staging -- cancel" in failure.remediation


def test_the_summary_has_a_line_for_each_run_and_says_that_it_was_a_rehearsal() -> None:
    outcome = Outcome("rehearse")
    outcome.add(Run("staging", ("up",), 0, 12.34, operations={"create": 81}, outputs={"zone": "a.example", "n": 3}))
    outcome.add_expected(Run("staging", ("destroy", "--preview-only"), 255, 1.0))
    outcome.leftovers = ["resource group rg-x"]
    text = _shown(outcome)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "staging up done 81 create 12.3" in lines
    assert "staging destroy (preview) refused, as expected none 1.0" in lines
    assert "zone: a.example" in lines
    assert "n: 3" in lines
    assert "resource group rg-x" in lines
    assert "This was a rehearsal" in text
    assert "not quotas, capacity" in text
    assert outcome.failures == []
    assert not outcome.ok


def test_the_json_object_says_the_same() -> None:
    outcome = Outcome("up")
    steps = (Step("update", URN, "azure-native:network:Subnet", "voice-media-subnet", ("addressPrefix",), failed=True),)
    outcome.add(_refused("Nope: no. What to do: that", steps=steps, operations={"same": 3}))
    found = json.loads(json.dumps(report.as_json(outcome)))
    assert (found["rehearsal"], found["command"], found["ok"], found["exitCode"]) == (True, "up", False, 1)
    assert found["failures"] == [
        {
            "stack": "staging",
            "urn": URN,
            "type": "azure-native:network:Subnet",
            "name": "voice-media-subnet",
            "message": "Nope: no.",
            "meaning": "",
            "remediation": "that",
        }
    ]
    assert found["runs"][0]["operations"] == {"same": 3}
    assert found["runs"][0]["steps"][0]["changed"] == ["addressPrefix"]
    assert found["runs"][0]["steps"][0]["failed"]


def test_a_pool_that_goes_down_with_another_resource_is_no_matter_of_generations() -> None:
    pool = "urn:pulumi:p::voice::x$azure-native:containerservice:AgentPool::pool"
    group = "urn:pulumi:p::voice::azure-native:resources:ResourceGroup::group"
    protected = "as it is currently marked for protection."
    alone = Run("p", ("preview",), 1, 0.0, diagnostics=(Diagnostic("error", pool, f'resource "{pool}"\n{protected}'),))
    text = f'unable to replace resource "{pool}" as part of replacing "{group}" {protected}'
    behind = Run("p", ("preview",), 1, 0.0, diagnostics=(Diagnostic("error", group, text),))
    assert "generation" in failures_of(alone)[0].remediation
    assert "voice:protect" in failures_of(behind)[0].remediation
