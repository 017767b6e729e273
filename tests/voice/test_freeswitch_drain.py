"""How a FreeSWITCH pod ends: the chart's own script beside a stand-in of FreeSWITCH."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from tests.voice.freeswitch import EventSocket, FreeSwitchPod

pytestmark = pytest.mark.voice

LAG = 0.5


@pytest.fixture
def pod(tmp_path: Path) -> FreeSwitchPod:
    return FreeSwitchPod(tmp_path)


def drain(pod: FreeSwitchPod, longest_call: int = 60) -> subprocess.Popen[bytes]:
    """The hook that runs before FreeSWITCH is told to stop."""
    hook = pod.container("freeswitch")["lifecycle"]["preStop"]["exec"]["command"]
    environment = {
        **pod.environment("freeswitch"),
        "ENDPOINT_LAG_SECONDS": str(LAG),
        "MAX_CALL_SECONDS": str(longest_call),
        "POLL_SECONDS": "0.05",
    }
    return subprocess.Popen([pod.moved(word, "freeswitch") for word in hook], env=environment)


def test_it_becomes_unready_then_takes_calls_for_the_lag_then_refuses_them_then_waits_for_the_last(
    pod: FreeSwitchPod,
) -> None:
    seen: list[tuple[str, bool, bool]] = []
    started = time.monotonic()
    with EventSocket() as freeswitch:
        freeswitch.channels = [4, 2, 1, 0]
        freeswitch.on_command = lambda command: seen.append(
            (command, (pod.state / "draining").exists(), (pod.state / "drained").exists())
        )
        assert drain(pod).wait(60) == 0
    assert [command for command, _, _ in seen] == ["fsctl pause", *["show channels count"] * 4]
    assert all(draining and not drained for _, draining, drained in seen)
    assert freeswitch.asked[0][0] - started >= LAG
    assert freeswitch.paused_inbound
    assert freeswitch.paused_outbound
    assert (pod.state / "drained").exists()


def test_an_answer_that_is_none_counts_as_calls(pod: FreeSwitchPod) -> None:
    with EventSocket() as freeswitch:
        freeswitch.channels = ["error", "silence", 0]
        assert drain(pod).wait(60) == 0
        assert freeswitch.commands().count("show channels count") == 3


def test_a_pause_that_was_not_heard_is_asked_for_again(pod: FreeSwitchPod) -> None:
    with EventSocket() as freeswitch:
        freeswitch.deaf_to_pause = 2
        assert drain(pod).wait(60) == 0
        assert freeswitch.commands().count("fsctl pause") == 3
        assert freeswitch.paused_inbound


def test_a_freeswitch_that_is_gone_is_waited_for_no_longer_than_the_longest_call(pod: FreeSwitchPod) -> None:
    started = time.monotonic()
    assert drain(pod, longest_call=2).wait(60) == 0
    assert time.monotonic() - started >= LAG + 1
    assert (pod.state / "drained").exists()


def test_a_call_that_never_ends_is_waited_for_no_longer_than_the_longest_call(pod: FreeSwitchPod) -> None:
    with EventSocket() as freeswitch:
        freeswitch.channels = [1]
        assert drain(pod, longest_call=2).wait(60) == 0
        assert freeswitch.commands().count("show channels count") > 1
    assert (pod.state / "drained").exists()


def test_the_health_goes_on_telling_until_freeswitch_is_drained(pod: FreeSwitchPod) -> None:
    hook = pod.container("health")["lifecycle"]["preStop"]["exec"]["command"]
    waiting = subprocess.Popen([pod.moved(word, "health") for word in hook])
    with EventSocket() as freeswitch:
        freeswitch.channels = [1, 1, 0]
        draining = drain(pod)
        assert waiting.poll() is None
        assert draining.wait(60) == 0
        assert waiting.wait(20) == 0
