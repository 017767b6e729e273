"""The drain hook of a FreeSWITCH pod: the chart's script with a fake FreeSWITCH."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from tests.voice.freeswitch import EventSocket, FreeSwitchPod
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

LAG = 0.5
REFUSING = "drain: FreeSWITCH refuses new calls with 503"


@pytest.fixture
def pod(tmp_path: Path) -> FreeSwitchPod:
    return FreeSwitchPod(tmp_path)


def drain(pod: FreeSwitchPod, longest_call: int = 60) -> subprocess.Popen[bytes]:
    """Starts the hook that runs before FreeSWITCH gets SIGTERM."""
    hook = pod.container("freeswitch")["lifecycle"]["preStop"]["exec"]["command"]
    environment = {
        **pod.environment("freeswitch"),
        "ENDPOINT_LAG_SECONDS": str(LAG),
        "MAX_CALL_SECONDS": str(longest_call),
        "POLL_SECONDS": "0.05",
        "HANGUP_SECONDS": "1",
    }
    return subprocess.Popen([pod.with_local_paths(word, "freeswitch") for word in hook], env=environment)


def test_it_becomes_unready_accepts_calls_for_the_delay_then_refuses_them_and_waits_for_the_last(
    pod: FreeSwitchPod,
) -> None:
    seen: list[tuple[str, bool, bool]] = []
    started = time.monotonic()
    with EventSocket() as freeswitch:
        freeswitch.sessions = [4, 2, 1, 0]
        freeswitch.on_command = lambda command: seen.append(
            (command, (pod.state / "draining").exists(), (pod.state / "drained").exists())
        )
        assert drain(pod).wait(60) == 0
    assert [command for command, _, _ in seen] == [
        "global_setvar node_draining=true",
        f"log WARNING {REFUSING}",
        *["status"] * 4,
    ]
    assert all(draining and not drained for _, draining, drained in seen)
    assert freeswitch.asked[0][0] - started >= LAG
    assert freeswitch.draining
    assert (pod.state / "drained").exists()


def test_a_missing_response_counts_as_active_calls(pod: FreeSwitchPod) -> None:
    with EventSocket() as freeswitch:
        freeswitch.sessions = ["silence", "silence", 0]
        assert drain(pod).wait(60) == 0
        assert freeswitch.commands().count("status") == 3


def test_the_drain_command_is_repeated_until_freeswitch_responds(pod: FreeSwitchPod) -> None:
    with EventSocket() as freeswitch:
        freeswitch.ignored_drain_commands = 2
        assert drain(pod).wait(60) == 0
        assert freeswitch.commands().count("global_setvar node_draining=true") == 3
        assert freeswitch.draining


def test_the_hook_waits_for_a_dead_freeswitch_at_most_for_the_longest_call(pod: FreeSwitchPod) -> None:
    started = time.monotonic()
    assert drain(pod, longest_call=2).wait(60) == 0
    assert time.monotonic() - started >= LAG + 1
    assert (pod.state / "drained").exists()


def test_a_call_that_outlasts_the_longest_call_is_ended_by_the_drain(pod: FreeSwitchPod) -> None:
    with EventSocket() as freeswitch:
        freeswitch.sessions = [1]
        assert drain(pod, longest_call=2).wait(60) == 0
        assert freeswitch.commands()[-2:] == ["hupall ALLOTTED_TIMEOUT", "status"]
    assert (pod.state / "drained").exists()


def test_the_drain_hook_touches_its_file_while_it_waits(pod: FreeSwitchPod) -> None:
    with EventSocket() as freeswitch:
        freeswitch.sessions = [1]
        draining = drain(pod)
        marker = pod.state / "draining"
        eventually(lambda: freeswitch.commands().count("status") > 0, 20)
        before = marker.stat().st_mtime
        eventually(lambda: marker.stat().st_mtime > before, 5)
        freeswitch.sessions = [0]
        assert draining.wait(60) == 0


def test_the_health_container_runs_until_freeswitch_is_drained(pod: FreeSwitchPod) -> None:
    hook = pod.container("health")["lifecycle"]["preStop"]["exec"]["command"]
    waiting = subprocess.Popen([pod.with_local_paths(word, "health") for word in hook], env=pod.environment("health"))
    with EventSocket() as freeswitch:
        freeswitch.sessions = [1, 1, 0]
        draining = drain(pod)
        assert waiting.poll() is None
        assert draining.wait(60) == 0
        assert waiting.wait(20) == 0
