"""The command: exit codes, reports for people and machines, registration."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from settings.schema.aks_stack import AksStackSettings
from tests.preflight.fake_arm import FakeArm
from tests.preflight.test_findings import put
from tests.unit.stacks import PRODUCTION
from tests.unit.voice_command import run, run_verbatim
from tools.preflight.findings import preflight_command


@pytest.fixture
def project(tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one stack, on a machine with kubelogin and az."""
    for name in ("ARM_SUBSCRIPTION_ID", "VOICE_ARM_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", environment["PATH"])
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Pulumi.test.yaml").write_text(PRODUCTION.read_text())
    return folder


def preflight(arm: FakeArm, project: Path, *options: str) -> tuple[int, str]:
    with arm.serving() as url:
        return run("preflight", "test", "--project", str(project), "--endpoint", url, *options)


def test_nothing_missing_is_exit_code_0(arm: FakeArm, project: Path) -> None:
    code, text = preflight(arm, project)
    assert code == 0, text
    assert "✓ resource providers" in text
    assert text.endswith("Nothing missing.")


def test_a_finding_is_exit_code_1_with_its_command(arm: FakeArm, project: Path) -> None:
    put("providers", "value.1.registrationState", "NotRegistered")(arm)
    code, text = preflight(arm, project)
    assert code == 1
    assert "1 resource provider is not registered: Microsoft.Cache. Expected: Registered" in text
    assert preflight_command("test", "--register") in text
    assert text.endswith("1 finding.")


def test_json_has_the_findings_and_nothing_else(arm: FakeArm, project: Path) -> None:
    put("subscription", "state", "Warned")(arm)
    with arm.serving() as url:
        code, text = run_verbatim("preflight", "test", "--project", str(project), "--endpoint", url, "--json")
    assert code == 1
    report = json.loads(text)
    assert (report["stack"], report["region"], report["findings"]) == ("test", "eastus", 1)
    (finding,) = report["checks"][0]["findings"]
    assert finding["code"] == "subscription-not-enabled"
    assert set(finding) == {"code", "wrong", "expected", "fix", "command"}


def test_register_registers_only_what_is_missing(arm: FakeArm, project: Path, settings: AksStackSettings) -> None:
    put("providers", "value.1.registrationState", "NotRegistered")(arm)
    base = f"/subscriptions/{settings.azure.subscription_id}/providers/microsoft.cache"
    arm.responses["POST", f"{base}/register"] = (200, {})
    arm.responses["GET", base] = (200, {"registrationState": "Registered"})
    preflight(arm, project, "--register")
    writes = [path for method, path, _, _ in arm.requests if method == "POST" and path.endswith("/register")]
    assert [path.lower() for path in writes] == [f"{base}/register"]


def test_an_unreadable_subscription_is_the_only_finding(arm: FakeArm, project: Path) -> None:
    arm.refuse("subscription", 404, "SubscriptionNotFound")
    code, text = preflight(arm, project)
    assert code == 1
    assert "subscription-not-readable" in text
    assert "az login --tenant 00000000-0000-4000-8000-000000000002" in text


def test_an_endpoint_elsewhere_is_wrong_usage(project: Path) -> None:
    code, text = run("preflight", "test", "--project", str(project), "--endpoint", "https://example.com")
    assert code == 2
    assert "not on this machine" in text


def test_the_endpoint_can_be_an_environment_variable(
    arm: FakeArm, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with arm.serving() as url:
        monkeypatch.setenv("VOICE_ARM_ENDPOINT", url)
        assert run("preflight", "test", "--project", str(project))[0] == 0
    assert arm.requests


def test_no_sign_in_is_wrong_usage(project: Path) -> None:
    """The az of this machine is an empty script, which returns no token."""
    code, text = run("preflight", "test", "--project", str(project))
    assert code == 2
    assert "Cannot sign in to Azure" in text
    assert "az login" in text


def test_an_unknown_stack_is_wrong_usage(project: Path) -> None:
    assert run("preflight", "nosuch", "--project", str(project))[0] == 2
