"""The commands of `azure-rehearsal`."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from azure_rehearsal.cli.commands import Wiring, application
from azure_rehearsal.engine.state_directory import StateDirectory
from simulator_tests.fake_backends import RandomBackends
from simulator_tests.tiny_adapter import TinyAdapter

ROOT = Path(__file__).parents[2]


def _typed(project: Path, *arguments: str, **adapter: Any) -> Result:
    command, *rest = arguments
    app = application(Wiring(open_backends=RandomBackends, adapter=functools.partial(TinyAdapter, **adapter)))
    return CliRunner().invoke(app, [command, "--project", str(project), *rest])


def test_an_unknown_stack_is_wrong_usage_and_changes_nothing(tiny: Path) -> None:
    result = _typed(tiny, "up", "--stack", "production")
    assert result.exit_code == 2
    assert "unknown stack 'production'" in result.stderr
    assert "Known stacks: staging, staging-west" in result.stderr
    assert not (tiny / ".rehearsal").exists()


@pytest.mark.parametrize("command", ["preview", "up", "rehearse"])
def test_bad_settings_are_reported_together_without_a_traceback_and_change_nothing(tiny: Path, command: str) -> None:
    problems = ["`shop:a` is 1. Expected: 2.", "`shop:b` is required."]
    result = _typed(tiny, command, check=lambda path: problems)
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [f"error: {problem}" for problem in problems]
    assert result.stdout == ""
    assert not (tiny / ".rehearsal").exists()


def test_bad_settings_of_any_stack_of_an_environment_stop_them_all(tiny: Path) -> None:
    result = _typed(
        tiny, "up", "--env", "staging", check=lambda path: ["bad"] if path.name == "Pulumi.staging-west.yaml" else []
    )
    assert (result.exit_code, result.stderr) == (2, "error: bad\n")


def test_a_stack_file_that_is_not_yaml_is_wrong_usage(tiny: Path) -> None:
    (tiny / "Pulumi.staging.yaml").write_text("config: [\n")
    result = _typed(tiny, "preview")
    assert result.exit_code == 2
    assert "Pulumi.staging.yaml is not YAML: line 2" in result.stderr
    assert not (tiny / ".rehearsal" / "backend").exists()


def test_wrong_usage_is_reported_as_json(tiny: Path) -> None:
    result = _typed(tiny, "preview", "--json", "--config", "nonsense")
    assert result.exit_code == 2
    assert json.loads(result.stdout) == {
        "rehearsal": True,
        "command": "preview",
        "ok": False,
        "exitCode": 2,
        "problems": ["--config 'nonsense' is not KEY=VALUE. Example: app:protect=false."],
    }


def test_a_second_rehearsal_in_the_same_directory_is_refused(tiny: Path) -> None:
    with StateDirectory(tiny / ".rehearsal", RandomBackends):
        result = _typed(tiny, "up")
    assert result.exit_code == 2
    assert "another rehearsal is using" in result.stderr


@pytest.mark.parametrize("arguments", [("sing",), ("up", "--loud"), ("pulumi",)])
def test_an_unknown_command_is_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(application(Wiring(open_backends=RandomBackends)), list(arguments)).exit_code == 2


def test_help_names_every_command() -> None:
    result = CliRunner().invoke(application(Wiring(open_backends=RandomBackends)), ["--help"])
    assert result.exit_code == 0
    for command in ("preview", "up", "refresh", "destroy", "rehearse", "pulumi"):
        assert command in result.stdout


def _process(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command, *rest = arguments
    return subprocess.run(
        [sys.executable, "-m", "simulator_tests.tiny_rehearsal", command, "--project", str(project), *rest],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.exhaustive
@pytest.mark.rehearsal
@pytest.mark.usefixtures("cli")
def test_a_full_rehearsal_of_a_protected_environment_leaves_nothing(tiny: Path) -> None:
    recording = tiny / "recording.json"
    done = _process(tiny, "rehearse", "--env", "staging", "--json", "--record", str(recording), TMPDIR=str(tiny.parent))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [(run["stack"], run["command"], run["refusalExpected"]) for run in found["runs"]] == [
        ("staging", "up", False),
        ("staging-west", "up", False),
        ("staging", "up", False),
        ("staging-west", "up", False),
        ("staging-west", "destroy", False),
        ("staging", "destroy", True),
        ("staging", "up", False),
        ("staging", "destroy", False),
    ]
    assert found["runs"][2]["operations"] == {"same": 5}
    assert found["outputs"]["staging"]["password"] == "[secret]"
    assert "refused (protected resources: 1)" in done.stderr
    assert "a line on stdout" in done.stderr
    records = json.loads(recording.read_text())
    assert {record["urn"].split("::")[0] for record in records} == {
        "urn:pulumi:staging",
        "urn:pulumi:staging-west",
    }
    assert {record["op"] for record in records} == {"create"}
    assert not (tiny / ".rehearsal").exists()
    assert not list(tiny.parent.glob("rehearsal-*"))


@pytest.mark.rehearsal
@pytest.mark.usefixtures("cli")
def test_the_output_has_the_failure_the_summary_and_the_rehearsal_notice(tiny: Path) -> None:
    done = _process(tiny, "up", "--config", "shop:refused=[refused]")
    assert done.returncode == 1
    assert "✗ staging: refused (random:index/randomUuid:RandomUuid) was refused" in done.stdout
    assert "What to do: request more quota" in done.stdout
    assert "This was a rehearsal" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    listed = _process(tiny, "pulumi", "--", "stack", "ls", "--json")
    assert listed.returncode == 0, listed.stderr
    assert [stack["name"] for stack in json.loads(listed.stdout)] == ["staging"]


@pytest.mark.exhaustive
@pytest.mark.rehearsal
@pytest.mark.usefixtures("cli")
def test_a_program_that_changes_in_each_run_fails_and_its_state_is_kept(tiny: Path) -> None:
    done = _process(tiny, "rehearse", "--config", "shop:unstable=true", TMPDIR=str(tiny.parent))
    assert done.returncode == 1
    assert "the second deployment with the same settings made changes: " in done.stdout
    assert "replace suffix (keepers)" in done.stdout
    (kept,) = tiny.parent.glob("rehearsal-*")
    assert f"--state {kept}" in done.stdout
    assert (kept / "backend").exists()
