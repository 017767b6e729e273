"""The report of a rehearsal as text and JSON."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from azure_rehearsal import remedies
from azure_rehearsal.engine.events import Diagnostic, Step
from azure_rehearsal.engine.outcome import Outcome
from azure_rehearsal.engine.run import Run
from azure_rehearsal.reports import report
from azure_rehearsal.reports.failures import failures_of

URN = "urn:pulumi:staging::shop::shop:index:Network$azure-native:network:Subnet::shop-media-subnet"


def _refused(message: str, urn: str = URN, **fields: object) -> Run:
    diagnostics = (Diagnostic("error", urn, message), Diagnostic("error", "", "update failed"))
    return Run("staging", ("up",), 255, 1.5, diagnostics=diagnostics, **fields)  # ty: ignore[invalid-argument-type]


def _shown(outcome: Outcome) -> str:
    text = io.StringIO()
    report.show(outcome, Console(file=text, width=100, highlight=False))
    return text.getvalue()


def test_a_refusal_has_its_reason_and_its_remediation() -> None:
    outcome = Outcome("up")
    outcome.add(_refused("NetcfgInvalidSubnet: outside [10.10.0.0/16]. What to do: choose a prefix inside it"))
    text = _shown(outcome)
    assert "✗ staging: shop-media-subnet (azure-native:network:Subnet) was refused" in text
    assert "Reason:     NetcfgInvalidSubnet: outside [10.10.0.0/16]." in text
    assert "What to do: choose a prefix inside it" in text
    assert "update failed" not in text
    assert outcome.exit_code == 1


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        (
            'unable to replace resource "x"\nas it is currently marked for protection',
            "deploy once without its protection",
        ),
        (
            'Preview failed: resource "x" cannot be deleted\nbecause it is protected.',
            "deploy once without its protection",
        ),
        ("a bug in the fake azure-native provider, please report it:\nTraceback", "report it"),
        ("no resource plugin 'pulumi-resource-tls' found in the workspace", "add a fake provider"),
        ("Duplicate resource URN 'x'; try giving it a unique name", "put the name of its component"),
        ("Program failed with an unhandled exception:\nValueError: x", "last line of the traceback"),
    ],
)
def test_refusals_of_the_engine_are_explained(message: str, hint: str) -> None:
    (failure,) = failures_of(_refused(message))
    assert hint in failure.remediation
    assert failure.meaning


def test_a_refused_read_is_reported_without_the_frames_of_the_sdk() -> None:
    reason = "invoke of azure-native:x:getY failed: GatewayTimeout: no answer."
    frames = "Program failed with an unhandled exception:\nTraceback (most recent call last):\n  File rpc.py\n"
    (failure,) = failures_of(_refused(f"{frames}    Exception: {reason}\n  What to do: wait", urn=""))
    assert (failure.message, failure.remediation) == (reason, "wait")


def test_a_refusal_without_a_diagnostic_has_the_errors_of_the_cli() -> None:
    run = Run("staging", ("up",), 255, 0.1, stderr="warning: a\nerror: could not decrypt\n")
    assert [failure.message for failure in failures_of(run)] == ["could not decrypt"]
    assert failures_of(Run("staging", ("up",), 3, 0.1))[0].message == "pulumi exited with 3"


def test_a_killed_engine_is_reported_with_the_unlock_command() -> None:
    (failure,) = failures_of(Run("staging", ("up",), -9, 0.1))
    assert "killed by signal 9" in failure.message
    assert "azure-rehearsal pulumi --stack staging -- cancel" in failure.remediation


def test_the_summary_has_a_line_for_each_run_and_the_rehearsal_notice() -> None:
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


def test_the_json_object_has_the_same_content() -> None:
    outcome = Outcome("up")
    steps = (Step("update", URN, "azure-native:network:Subnet", "shop-media-subnet", ("addressPrefix",), failed=True),)
    outcome.add(_refused("Nope: no. What to do: that", steps=steps, operations={"same": 3}))
    found = json.loads(json.dumps(report.as_json(outcome)))
    assert (found["rehearsal"], found["command"], found["ok"], found["exitCode"]) == (True, "up", False, 1)
    assert found["failures"] == [
        {
            "stack": "staging",
            "urn": URN,
            "type": "azure-native:network:Subnet",
            "name": "shop-media-subnet",
            "message": "Nope: no.",
            "meaning": "",
            "remediation": "that",
        }
    ]
    assert found["runs"][0]["operations"] == {"same": 3}
    assert found["runs"][0]["steps"][0]["changed"] == ["addressPrefix"]
    assert found["runs"][0]["steps"][0]["failed"]


def test_a_pool_that_is_replaced_with_another_resource_has_another_remediation() -> None:
    pool = "urn:pulumi:p::shop::x$azure-native:containerservice:AgentPool::pool"
    group = "urn:pulumi:p::shop::azure-native:resources:ResourceGroup::group"
    protected = "as it is currently marked for protection."
    alone = Run("p", ("preview",), 1, 0.0, diagnostics=(Diagnostic("error", pool, f'resource "{pool}"\n{protected}'),))
    text = f'unable to replace resource "{pool}" as part of replacing "{group}" {protected}'
    behind = Run("p", ("preview",), 1, 0.0, diagnostics=(Diagnostic("error", group, text),))
    assert "add a pool with the new setting" in failures_of(alone)[0].remediation
    assert "without its protection" in failures_of(behind)[0].remediation


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ('unable to replace resource "x"\nas it is currently marked for protection', remedies.PROTECTED),
        ("the stack has pending operations", remedies.INTERRUPTED),
        ("ConnectionReset: the connection was lost. What to do: try again", "ConnectionReset"),
        ("invoke of azure-native:x:getY failed: GatewayTimeout: no response. What to do: wait", "GatewayTimeout"),
    ],
)
def test_the_project_can_replace_the_remediation_of_a_code(message: str, code: str) -> None:
    own = {code: "read the runbook"}
    (failure,) = failures_of(_refused(message, remedy_for=lambda code: own.get(code, "")))
    assert failure.remediation == "read the runbook"
    (failure,) = failures_of(_refused(message, remedy_for=lambda code: {"Other": "x"}.get(code, "")))
    assert failure.remediation not in ("", "read the runbook")


def test_the_project_can_replace_the_recovery_of_a_killed_engine() -> None:
    (failure,) = failures_of(Run("staging", ("up",), -9, 0.1, remedy_for=lambda code: f"see {code}"))
    assert failure.remediation.endswith(f"-- cancel`, then see {remedies.INTERRUPTED}")


def test_the_remediation_of_a_project_can_contain_that_of_the_simulator_and_the_stack() -> None:
    def remedy_for(code: str) -> str:
        return f"{remedies.REMEDIATION}, or fix {remedies.STACK}" if code == "NotAllowed" else ""

    run = _refused("NotAllowed: no. What to do: ask the owner", remedy_for=remedy_for)
    assert [failure.remediation for failure in failures_of(run)] == ["ask the owner, or fix staging"]
