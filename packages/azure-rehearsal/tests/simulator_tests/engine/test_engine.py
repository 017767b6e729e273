"""Rehearsals on the real engine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from azure_rehearsal.engine.state_directory import StateDirectory
from azure_rehearsal.errors import UsageError
from simulator_tests.fake_backends import SLOW, RandomBackends
from simulator_tests.tiny_adapter import TinyAdapter

ROOT = Path(__file__).parents[2]


def _running(marker: str) -> list[str]:
    """Command lines of running processes with `marker` in the line or in the working directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_text().replace("\0", " ")
            if marker in line or marker in str((process / "cwd").readlink()):
                found.append(line)
        except OSError:  # it has ended, or belongs to another user
            continue
    return found


def _until(condition: object, seconds: float = 15) -> bool:
    """Waits for a condition."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.rehearsal
def test_a_killed_rehearsal_leaves_no_process_and_no_lock(cli: PulumiCli, tiny: Path) -> None:
    command = [sys.executable, "-m", "simulator_tests.tiny_rehearsal", "up", "--project", str(tiny)]
    output = tiny.parent / "output"
    with output.open("w") as file:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, SLOW: "60"}, stdout=file, stderr=file, start_new_session=True
        )
    try:
        assert _until(lambda: "RandomPassword" in output.read_text()), output.read_text()
        with (
            pytest.raises(UsageError, match=f"process {process.pid}"),
            StateDirectory(tiny / ".rehearsal", RandomBackends),
        ):
            pass
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert _until(lambda: not _running(str(tiny))), _running(str(tiny))
    with Rehearsal(tiny, "staging", tiny / ".rehearsal", cli=cli, open_backends=RandomBackends) as rehearsal:
        assert rehearsal.up().ok


def test_a_state_locked_by_a_killed_engine_is_refused_with_the_unlock_command(tiny: Path) -> None:
    state = tiny / ".rehearsal"
    lock = state / "backend" / ".pulumi" / "locks" / "organization" / "tiny" / "staging" / "1f0c.json"
    lock.parent.mkdir(parents=True)
    lock.write_text("{}")
    with pytest.raises(UsageError, match=rf"azure-rehearsal pulumi --stack staging --state {state} -- cancel"):
        Rehearsal(tiny, "staging", state, open_backends=RandomBackends).up()


def test_two_rehearsals_in_one_directory_are_refused(tmp_path: Path) -> None:
    with (
        StateDirectory(tmp_path, RandomBackends),
        pytest.raises(UsageError, match=r"another rehearsal is using .* --state"),
        StateDirectory(tmp_path, RandomBackends),
    ):
        pass


def test_a_directory_is_usable_after_a_failure_to_open_its_backends(tmp_path: Path) -> None:
    def broken(directory: Path) -> RandomBackends:
        raise UsageError(f"{directory} is damaged")

    with pytest.raises(UsageError, match="damaged"), StateDirectory(tmp_path, broken):
        pass
    with StateDirectory(tmp_path, RandomBackends) as state:
        assert state.is_open


def test_bad_settings_are_refused_before_anything_is_created(tiny: Path) -> None:
    seen = []

    def check(path: Path) -> list[str]:
        seen.append((path.name, sorted(item.name for item in path.parent.iterdir()), path.read_text()))
        return [f"{path}: shop:generation is -1"]

    rehearsal = Rehearsal(
        tiny, "staging", tiny / "state", adapter=TinyAdapter(tiny, check), open_backends=RandomBackends
    )
    with pytest.raises(UsageError) as refused:
        rehearsal.up(config={"shop:generation": -1})
    assert refused.value.problems == (f"{tiny / 'Pulumi.staging.yaml'}: shop:generation is -1",)
    assert not (tiny / "state").exists()
    ((name, siblings, text),) = seen
    assert name == "Pulumi.staging.yaml"
    assert "Pulumi.staging-west.yaml" in siblings
    assert "shop:generation: -1" in text


def test_the_engine_does_not_get_variables_that_could_reach_a_real_backend(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "real")
    monkeypatch.setenv("PULUMI_BACKEND_URL", "azblob://real")
    with Rehearsal(
        tiny, "staging", tiny / "state", open_backends=RandomBackends, environment={"MORE": "1"}
    ) as rehearsal:
        environment = rehearsal.cli_environment()
    assert "PULUMI_ACCESS_TOKEN" not in environment
    assert environment["PULUMI_BACKEND_URL"].startswith("file://")
    assert environment["PULUMI_HOME"].startswith(str(tiny))
    assert environment["MORE"] == "1"
