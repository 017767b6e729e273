"""A FreeSWITCH with calls stops: the chart's drain hook with the real program cuts off no call."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.voice.freeswitch_node import NUMBER, TARGET, Node, answered_call, bridge_answer, running_node
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

LAG = 1
"""Seconds for which a draining pod accepts new calls in these tests."""


@pytest.fixture
def node(tmp_path: Path, freeswitch_prefix: Path) -> Iterator[Node]:
    with running_node(tmp_path, freeswitch_prefix) as node:
        yield node


@contextmanager
def drain(node: Node, longest_call: int = 60) -> Generator[subprocess.Popen[bytes]]:
    """Runs the drain hook. It ends at the latest with the block."""
    pod = node.freeswitch.pod
    command = pod.container("freeswitch")["lifecycle"]["preStop"]["exec"]["command"]
    environment = {
        **pod.environment("freeswitch"),
        "ENDPOINT_LAG_SECONDS": str(LAG),
        "MAX_CALL_SECONDS": str(longest_call),
        "POLL_SECONDS": "0.2",
    }
    process = subprocess.Popen([pod.with_local_paths(word, "freeswitch") for word in command], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def test_a_drain_cuts_off_no_call_refuses_new_ones_and_ends_with_the_last(node: Node) -> None:
    freeswitch = node.freeswitch
    with answered_call(node) as call, drain(node) as draining:
        eventually((freeswitch.folder / "run" / "draining").exists, 5)
        late = node.call()  # clients have not noticed yet that the pod is unready
        late_leg = node.bridge.incoming()
        late_leg.respond(180)
        eventually(lambda: "FreeSWITCH refuses new calls with 503" in freeswitch.log(), 10)

        refused = [node.call(), node.call_out(TARGET)]
        for new in refused:
            response = new.final(1)
            assert response.status == 503
            assert not response.header("Retry-After")
        eventually(lambda: freeswitch.log().count("refused: the node drains") == 2, 2)

        late_leg.respond(200, body=bridge_answer())
        assert late.final().status == 200, "a call that was accepted before must be answered"
        late.hang_up()
        time.sleep(1)
        assert draining.poll() is None
        call.both_hear(since=time.monotonic())
        call.hang_up()
        assert draining.wait(10) == 0
    assert (freeswitch.folder / "run" / "drained").exists()
    assert freeswitch.channels() == 0
    assert freeswitch.process is not None
    freeswitch.process.send_signal(signal.SIGTERM)
    assert freeswitch.process.wait(10) == 0
    calls_with_sound, every_call = 1, 4
    assert len(list((freeswitch.recordings / "open").iterdir())) == calls_with_sound
    assert len(list(freeswitch.call_records.iterdir())) == every_call


def test_a_call_on_hold_with_a_silent_carrier_does_not_outlast_the_drain(node: Node) -> None:
    with answered_call(node) as call, drain(node, longest_call=2) as draining:
        call.carrier_sound.muted = True
        assert draining.wait(20) == 0
        call.carrier.expect("BYE")
        call.bridge.expect("BYE")
    freeswitch = node.freeswitch
    assert freeswitch.channels() == 0
    (record,) = freeswitch.call_records.iterdir()
    assert NUMBER in record.read_text()
    assert "the remaining calls end now" in freeswitch.log()
