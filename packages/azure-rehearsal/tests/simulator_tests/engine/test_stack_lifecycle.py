"""One stack's lifecycle on the real engine. The runs are shared by all tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from azure_rehearsal.reports import recording
from azure_rehearsal.reports.failures import failures_of
from simulator_tests.conftest import PROGRAMS, StackLifecycle
from simulator_tests.fake_backends import RandomBackends

pytestmark = pytest.mark.rehearsal


def test_a_preview_plans_everything_with_unknown_values(lifecycle: StackLifecycle) -> None:
    assert lifecycle.preview.ok, lifecycle.preview.text
    assert lifecycle.preview.operations == {"create": 5}
    assert lifecycle.preview.outputs["suffix"] == "[unknown]"
    assert {step.op for step in lifecycle.preview.steps} == {"create"}


def test_an_up_creates_the_planned_resources(lifecycle: StackLifecycle) -> None:
    assert lifecycle.first.ok, lifecycle.first.text
    assert lifecycle.first.operations == lifecycle.preview.operations
    assert {step.urn for step in lifecycle.first.steps} == {step.urn for step in lifecycle.preview.steps}


def test_a_second_up_changes_nothing(lifecycle: StackLifecycle) -> None:
    assert lifecycle.second.ok
    assert lifecycle.second.operations == {"same": 5}
    assert lifecycle.second.changes == {}
    assert lifecycle.second.changing_steps == ()


def test_a_refresh_after_a_deployment_finds_no_drift(lifecycle: StackLifecycle) -> None:
    assert lifecycle.refreshed.ok
    assert lifecycle.refreshed.changes == {}


def test_a_changed_setting_causes_one_replacement_that_names_the_property(lifecycle: StackLifecycle) -> None:
    assert lifecycle.new_generation.changes == {"replace": 1}
    replacement = next(step for step in lifecycle.new_generation.steps if step.op == "replace")
    assert (replacement.name, replacement.changed, replacement.replaces) == ("password", ("keepers",), ("keepers",))


def test_replacing_a_protected_resource_is_refused_with_the_remediation_of_the_adapter(
    lifecycle: StackLifecycle,
) -> None:
    assert not lifecycle.protected.ok
    (failure,) = failures_of(lifecycle.protected)
    assert failure.name == "password"
    assert "shop:protect: false" in failure.remediation


def test_destroying_a_protected_resource_is_refused_before_anything_is_deleted(lifecycle: StackLifecycle) -> None:
    assert not lifecycle.destroy_refused.ok
    assert any("protected" in text for texts in lifecycle.destroy_refused.errors.values() for text in texts)
    assert len(lifecycle.deployment["resources"]) == 6


def test_secrets_are_placeholders_in_the_program_and_masked_in_the_output(lifecycle: StackLifecycle) -> None:
    assert lifecycle.first.outputs["apiKey"] == "[secret]"
    assert json.loads(lifecycle.outputs.stdout)["apiKey"] == "rehearsed-shop.secrets.apiKey"
    assert "rehearsed-shop.secrets.apiKey" not in lifecycle.first.text


def test_an_ambiguous_yaml_value_reaches_the_program_as_written(lifecycle: StackLifecycle) -> None:
    assert lifecycle.first.outputs["windowStart"] == "02:00"


def test_the_projects_own_files_are_not_changed(lifecycle: StackLifecycle) -> None:
    for name in ("Pulumi.yaml", "Pulumi.staging.yaml"):
        assert (lifecycle.project / name).read_text() == (PROGRAMS / "tiny" / name).read_text()
    assert {path.name for path in lifecycle.project.iterdir() if path.name != "__pycache__"} == {
        path.name for path in (PROGRAMS / "tiny").iterdir() if path.name != "__pycache__"
    }


def test_a_refusal_has_the_resource_the_reason_and_the_remediation(lifecycle: StackLifecycle) -> None:
    assert lifecycle.partly_refused.exit_code != 0
    found = {failure.name: failure for failure in failures_of(lifecycle.partly_refused)}
    assert found["refused"].message == "QuotaExceeded: the quota is used up"
    assert found["refused"].remediation == "request more quota"
    assert found["refused"].type == "random:index/randomUuid:RandomUuid"
    assert next(step for step in lifecycle.partly_refused.steps if step.name == "refused").failed


def test_the_state_has_the_failed_creation_and_not_the_refused_one(lifecycle: StackLifecycle) -> None:
    names = {resource["urn"].rsplit("::", 1)[-1] for resource in lifecycle.after_refusal["resources"]}
    assert "half" in names
    assert "refused" not in names


def test_an_exception_of_the_program_is_reported_once_with_its_own_traceback(lifecycle: StackLifecycle) -> None:
    assert not lifecycle.crashed.ok
    (failure,) = failures_of(lifecycle.crashed)
    assert "ValueError: the setting crash is now" in failure.message
    assert "program_runner.py" not in failure.message


def test_the_output_of_the_program_is_in_the_engines_display(lifecycle: StackLifecycle) -> None:
    assert "a line on stdout" in lifecycle.first.stdout
    assert "a line on stderr" in lifecycle.first.stdout


def test_a_destroy_deletes_everything(lifecycle: StackLifecycle) -> None:
    assert lifecycle.destroyed.ok, lifecycle.destroyed.text
    assert set(lifecycle.destroyed.operations) == {"delete"}


def test_without_checkpoints_the_state_is_written_at_the_end_of_a_refused_command_too(
    cli: PulumiCli, tiny: Path
) -> None:
    state = tiny / "state"
    with Rehearsal(tiny, "staging", state, cli=cli, open_backends=RandomBackends, checkpoints=False) as rehearsal:
        run = rehearsal.up(config={"shop:refused": ["half"]})
    assert not run.ok
    (file,) = (state / "backend").rglob("stacks/*/staging.json")
    names = {
        item["urn"].rsplit("::", 1)[-1] for item in json.loads(file.read_text())["checkpoint"]["latest"]["resources"]
    }
    assert "half" in names


def test_the_engine_writes_no_log_of_its_own(lifecycle: StackLifecycle) -> None:
    assert (lifecycle.state / "home" / "logs").read_bytes() == b""


def test_the_backends_are_saved(lifecycle: StackLifecycle) -> None:
    assert (lifecycle.state / "world" / "saved").exists()


def test_a_recording_has_the_parents_and_no_secrets(lifecycle: StackLifecycle) -> None:
    entries = recording.recording_of(lifecycle.deployment, lifecycle.first.steps)
    by_name = {entry["name"]: entry for entry in entries}
    assert by_name["password"]["protect"]
    assert by_name["password"]["inputs"]["keepers"] == {"generation": "1"}
    assert by_name["password"]["outputs"]["result"] == "[secret]"
    assert by_name["tenant-pet"]["parent"] == by_name["tenant"]["urn"]
    assert {entry["op"] for entry in entries} == {"create"}
    assert "plaintext" not in json.dumps(entries)
