"""One stack's life on the real engine: run once, asked many questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from azure_rehearsal.reports import recording
from azure_rehearsal.reports.failures import failures_of
from simulator_tests.conftest import PROGRAMS, Story
from simulator_tests.fake_backends import RandomBackends

pytestmark = pytest.mark.rehearsal


def test_a_preview_plans_everything_and_knows_no_values_yet(story: Story) -> None:
    assert story.preview.ok, story.preview.text
    assert story.preview.operations == {"create": 5}
    assert story.preview.outputs["suffix"] == "[unknown]"
    assert {step.op for step in story.preview.steps} == {"create"}


def test_an_up_creates_what_the_preview_planned(story: Story) -> None:
    assert story.first.ok, story.first.text
    assert story.first.operations == story.preview.operations
    assert {step.urn for step in story.first.steps} == {step.urn for step in story.preview.steps}


def test_a_second_up_changes_nothing(story: Story) -> None:
    assert story.second.ok
    assert story.second.operations == {"same": 5}
    assert story.second.changes == {}
    assert story.second.changing_steps == ()


def test_a_refresh_of_what_was_just_deployed_finds_no_drift(story: Story) -> None:
    assert story.refreshed.ok
    assert story.refreshed.changes == {}


def test_a_changed_setting_is_one_replacement_that_names_the_property(story: Story) -> None:
    assert story.new_generation.changes == {"replace": 1}
    replacement = next(step for step in story.new_generation.steps if step.op == "replace")
    assert (replacement.name, replacement.changed, replacement.replaces) == ("password", ("keepers",), ("keepers",))


def test_replacing_a_protected_resource_is_refused_with_the_way_out(story: Story) -> None:
    assert not story.protected.ok
    (failure,) = failures_of(story.protected)
    assert failure.name == "password"
    assert "voice:protect: false" in failure.remediation


def test_destroying_a_protected_resource_is_refused_before_anything_is_deleted(story: Story) -> None:
    assert not story.destroy_refused.ok
    assert any("protected" in text for texts in story.destroy_refused.errors.values() for text in texts)
    assert len(story.deployment["resources"]) == 6


def test_secrets_are_placeholders_for_the_program_and_masked_for_everyone_else(story: Story) -> None:
    assert story.first.outputs["openAiApiKey"] == "[secret]"
    assert json.loads(story.outputs.stdout)["openAiApiKey"] == "rehearsed-voice.secrets.openAiApiKey"
    assert "rehearsed-voice.secrets.openAiApiKey" not in story.first.text


def test_a_value_that_yaml_readers_disagree_about_reaches_the_program_as_written(story: Story) -> None:
    assert story.first.outputs["windowStart"] == "02:00"


def test_the_projects_own_files_are_left_alone(story: Story) -> None:
    for name in ("Pulumi.yaml", "Pulumi.staging.yaml"):
        assert (story.project / name).read_text() == (PROGRAMS / "tiny" / name).read_text()
    assert {path.name for path in story.project.iterdir() if path.name != "__pycache__"} == {
        path.name for path in (PROGRAMS / "tiny").iterdir() if path.name != "__pycache__"
    }


def test_a_refusal_names_the_resource_the_reason_and_the_way_out(story: Story) -> None:
    assert story.partly_refused.exit_code != 0
    found = {failure.name: failure for failure in failures_of(story.partly_refused)}
    assert found["refused"].message == "QuotaExceeded: no more of these"
    assert found["refused"].remediation == "ask for more"
    assert found["refused"].type == "random:index/randomUuid:RandomUuid"
    assert next(step for step in story.partly_refused.steps if step.name == "refused").failed


def test_the_state_has_what_was_half_created_and_not_what_was_refused(story: Story) -> None:
    names = {resource["urn"].rsplit("::", 1)[-1] for resource in story.after_refusal["resources"]}
    assert "half" in names
    assert "refused" not in names


def test_an_exception_of_the_program_is_shown_once_with_its_own_traceback(story: Story) -> None:
    assert not story.crashed.ok
    (failure,) = failures_of(story.crashed)
    assert "ValueError: the setting crash is now" in failure.message
    assert "program_runner.py" not in failure.message


def test_what_the_program_prints_is_in_the_engines_display(story: Story) -> None:
    assert "a line on stdout" in story.first.stdout
    assert "a line on stderr" in story.first.stdout


def test_a_destroy_deletes_everything(story: Story) -> None:
    assert story.destroyed.ok, story.destroyed.text
    assert set(story.destroyed.operations) == {"delete"}


def test_without_checkpoints_the_state_is_written_at_the_end_of_a_refused_command_too(
    cli: PulumiCli, tiny: Path
) -> None:
    state = tiny / "state"
    with Rehearsal(tiny, "staging", state, cli=cli, open_backends=RandomBackends, checkpoints=False) as rehearsal:
        run = rehearsal.up(config={"voice:refused": ["half"]})
    assert not run.ok
    (file,) = (state / "backend").rglob("stacks/*/staging.json")
    names = {
        item["urn"].rsplit("::", 1)[-1] for item in json.loads(file.read_text())["checkpoint"]["latest"]["resources"]
    }
    assert "half" in names


def test_the_engine_spends_no_time_on_a_log_of_its_own(story: Story) -> None:
    assert (story.state / "home" / "logs").read_bytes() == b""


def test_the_world_is_saved(story: Story) -> None:
    assert (story.state / "world" / "saved").exists()


def test_a_deployed_stack_is_recorded_with_its_tree_and_without_its_secrets(story: Story) -> None:
    records = recording.record(story.deployment, story.first.steps)
    by_name = {record["name"]: record for record in records}
    assert by_name["password"]["protect"]
    assert by_name["password"]["inputs"]["keepers"] == {"generation": "1"}
    assert by_name["password"]["outputs"]["result"] == "[secret]"
    assert by_name["tenant-pet"]["parent"] == by_name["tenant"]["urn"]
    assert {record["op"] for record in records} == {"create"}
    assert "plaintext" not in json.dumps(records)
