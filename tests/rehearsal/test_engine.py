"""The rehearsal on the real engine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rehearsal.engine import Rehearsal
from rehearsal.errors import UsageError
from rehearsal.failures import failures_of
from rehearsal.pulumi_cli import PulumiCli
from rehearsal.state_directory import StateDirectory
from tests.rehearsal.conftest import PROGRAMS, Story
from tests.rehearsal.worlds import SLOW, RandomWorld

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.rehearsal
def test_a_preview_plans_everything_and_knows_no_values_yet(story: Story) -> None:
    assert story.preview.ok, story.preview.text
    assert story.preview.operations == {"create": 5}
    assert story.preview.outputs["suffix"] == "[unknown]"
    assert {step.op for step in story.preview.steps} == {"create"}


@pytest.mark.rehearsal
def test_an_up_creates_what_the_preview_planned(story: Story) -> None:
    assert story.first.ok, story.first.text
    assert story.first.operations == story.preview.operations
    assert {step.urn for step in story.first.steps} == {step.urn for step in story.preview.steps}


@pytest.mark.rehearsal
def test_a_second_up_changes_nothing(story: Story) -> None:
    assert story.second.ok
    assert story.second.operations == {"same": 5}
    assert story.second.changes == {}
    assert story.second.changing_steps == ()


@pytest.mark.rehearsal
def test_a_refresh_of_what_was_just_deployed_finds_no_drift(story: Story) -> None:
    assert story.refreshed.ok
    assert story.refreshed.changes == {}


@pytest.mark.rehearsal
def test_a_changed_setting_is_one_replacement_that_names_the_property(story: Story) -> None:
    assert story.new_generation.changes == {"replace": 1}
    replacement = next(step for step in story.new_generation.steps if step.op == "replace")
    assert (replacement.name, replacement.changed, replacement.replaces) == ("password", ("keepers",), ("keepers",))


@pytest.mark.rehearsal
def test_replacing_a_protected_resource_is_refused_with_the_way_out(story: Story) -> None:
    assert not story.protected.ok
    (failure,) = failures_of(story.protected)
    assert failure.name == "password"
    assert "voice:protect: false" in failure.way_out


@pytest.mark.rehearsal
def test_destroying_a_protected_resource_is_refused_before_anything_is_deleted(story: Story) -> None:
    assert not story.destroy_refused.ok
    assert any("protected" in text for texts in story.destroy_refused.errors.values() for text in texts)
    assert len(story.deployment["resources"]) == 6


@pytest.mark.rehearsal
def test_secrets_are_placeholders_for_the_program_and_masked_for_everyone_else(story: Story) -> None:
    assert story.first.outputs["openAiApiKey"] == "[secret]"
    assert json.loads(story.outputs.stdout)["openAiApiKey"] == "rehearsed-voice.secrets.openAiApiKey"
    assert "rehearsed-voice.secrets.openAiApiKey" not in story.first.text


@pytest.mark.rehearsal
def test_a_value_that_yaml_readers_disagree_about_reaches_the_program_as_written(story: Story) -> None:
    assert story.first.outputs["windowStart"] == "02:00"


@pytest.mark.rehearsal
def test_the_projects_own_files_are_left_alone(story: Story) -> None:
    for name in ("Pulumi.yaml", "Pulumi.staging.yaml"):
        assert (story.project / name).read_text() == (PROGRAMS / "tiny" / name).read_text()
    assert {path.name for path in story.project.iterdir() if path.name != "__pycache__"} == {
        path.name for path in (PROGRAMS / "tiny").iterdir() if path.name != "__pycache__"
    }


@pytest.mark.rehearsal
def test_a_refusal_names_the_resource_the_reason_and_the_way_out(story: Story) -> None:
    assert story.partly_refused.exit_code != 0
    found = {failure.name: failure for failure in failures_of(story.partly_refused)}
    assert found["refused"].message == "QuotaExceeded: no more of these"
    assert found["refused"].way_out == "ask for more"
    assert found["refused"].type == "random:index/randomUuid:RandomUuid"
    assert next(step for step in story.partly_refused.steps if step.name == "refused").failed


@pytest.mark.rehearsal
def test_the_state_has_what_was_half_created_and_not_what_was_refused(story: Story) -> None:
    names = {resource["urn"].rsplit("::", 1)[-1] for resource in story.after_refusal["resources"]}
    assert "half" in names
    assert "refused" not in names


@pytest.mark.rehearsal
def test_an_exception_of_the_program_is_shown_once_with_its_own_traceback(story: Story) -> None:
    assert not story.crashed.ok
    (failure,) = failures_of(story.crashed)
    assert "ValueError: the setting crash is now" in failure.message
    assert "program_runner.py" not in failure.message


@pytest.mark.rehearsal
def test_what_the_program_prints_is_in_the_engines_display(story: Story) -> None:
    assert "a line on stdout" in story.first.stdout
    assert "a line on stderr" in story.first.stdout


@pytest.mark.rehearsal
def test_a_destroy_deletes_everything(story: Story) -> None:
    assert story.destroyed.ok, story.destroyed.text
    assert set(story.destroyed.operations) == {"delete"}


@pytest.mark.rehearsal
def test_without_checkpoints_the_state_is_written_at_the_end_of_a_refused_command_too(
    cli: PulumiCli, tiny: Path
) -> None:
    state = tiny / "state"
    with Rehearsal(tiny, "staging", state, cli=cli, open_world=RandomWorld, checkpoints=False) as rehearsal:
        run = rehearsal.up(config={"voice:refused": ["half"]})
    assert not run.ok
    (file,) = (state / "backend").rglob("stacks/*/staging.json")
    names = {
        item["urn"].rsplit("::", 1)[-1] for item in json.loads(file.read_text())["checkpoint"]["latest"]["resources"]
    }
    assert "half" in names


@pytest.mark.rehearsal
def test_the_engine_spends_no_time_on_a_log_of_its_own(story: Story) -> None:
    assert (story.state / "home" / "logs").read_bytes() == b""


@pytest.mark.rehearsal
def test_the_world_is_saved(story: Story) -> None:
    assert (story.state / "world" / "saved").exists()


def _running(marker: str) -> list[str]:
    """Command lines of living processes that have `marker` in them or in their working directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_text().replace("\0", " ")
            if marker in line or marker in str((process / "cwd").readlink()):
                found.append(line)
        except OSError:  # it ended meanwhile, or is another user's
            continue
    return found


def _until(what: object, seconds: float = 15) -> bool:
    """Waits for a condition."""
    assert callable(what)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if what():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.rehearsal
def test_a_killed_rehearsal_leaves_no_process_and_no_lock(cli: PulumiCli, tiny: Path) -> None:
    command = [sys.executable, "-m", "tests.rehearsal.tiny_rehearsal", "up", "--project", str(tiny)]
    output = tiny.parent / "output"
    with output.open("w") as file:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, SLOW: "60"}, stdout=file, stderr=file, start_new_session=True
        )
    try:
        assert _until(lambda: "RandomPassword" in output.read_text()), output.read_text()
        with (
            pytest.raises(UsageError, match=f"process {process.pid}"),
            StateDirectory(tiny / ".rehearsal", RandomWorld),
        ):
            pass
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert _until(lambda: not _running(str(tiny))), _running(str(tiny))
    with Rehearsal(tiny, "staging", tiny / ".rehearsal", cli=cli, open_world=RandomWorld) as rehearsal:
        assert rehearsal.up().ok


def test_a_state_that_a_killed_engine_left_locked_is_refused_with_the_command_that_unlocks_it(tiny: Path) -> None:
    state = tiny / ".rehearsal"
    lock = state / "backend" / ".pulumi" / "locks" / "organization" / "tiny" / "staging" / "1f0c.json"
    lock.parent.mkdir(parents=True)
    lock.write_text("{}")
    with pytest.raises(UsageError, match=rf"python -m rehearsal pulumi --stack staging --state {state} -- cancel"):
        Rehearsal(tiny, "staging", state, open_world=RandomWorld).up()


def test_two_rehearsals_in_one_directory_are_refused(tmp_path: Path) -> None:
    with (
        StateDirectory(tmp_path, RandomWorld),
        pytest.raises(UsageError, match=r"another rehearsal is using .* --state"),
        StateDirectory(tmp_path, RandomWorld),
    ):
        pass


def test_a_directory_can_be_used_again_after_its_world_could_not_be_opened(tmp_path: Path) -> None:
    def broken(directory: Path) -> RandomWorld:
        raise UsageError(f"{directory} is damaged")

    with pytest.raises(UsageError, match="damaged"), StateDirectory(tmp_path, broken):
        pass
    with StateDirectory(tmp_path, RandomWorld) as state:
        assert state.is_open


def test_bad_settings_are_refused_before_anything_is_made(tiny: Path) -> None:
    seen = []

    def check(path: Path) -> list[str]:
        seen.append((path.name, sorted(item.name for item in path.parent.iterdir()), path.read_text()))
        return [f"{path}: voice:generation is -1"]

    rehearsal = Rehearsal(tiny, "staging", tiny / "state", check=check, open_world=RandomWorld)
    with pytest.raises(UsageError) as refused:
        rehearsal.up(config={"voice:generation": -1})
    assert refused.value.problems == (f"{tiny / 'Pulumi.staging.yaml'}: voice:generation is -1",)
    assert not (tiny / "state").exists()
    ((name, beside, text),) = seen
    assert name == "Pulumi.staging.yaml"
    assert "Pulumi.staging-west.yaml" in beside
    assert "voice:generation: -1" in text


def test_variables_that_could_reach_a_real_backend_do_not_get_to_the_engine(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "real")
    monkeypatch.setenv("PULUMI_BACKEND_URL", "azblob://real")
    with Rehearsal(tiny, "staging", tiny / "state", open_world=RandomWorld, environment={"MORE": "1"}) as rehearsal:
        environment = rehearsal.cli_environment()
    assert "PULUMI_ACCESS_TOKEN" not in environment
    assert environment["PULUMI_BACKEND_URL"].startswith("file://")
    assert environment["PULUMI_HOME"].startswith(str(tiny))
    assert environment["MORE"] == "1"
