"""Calls under load on a real FreeSWITCH: limits apply to whole calls, no call is lost, and a drain cuts off none."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.voice.edge import Sipp, sipp
from tests.voice.freeswitch_node import Node, bridge_answer, running_node
from tests.voice.freeswitch_program import BRIDGE_PORT, DIRECT_CARRIER, PRIVATE, FreeSwitch, call_values
from tests.voice.sip import Dialog
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

NODE = f"{PRIVATE}:5060"


@contextmanager
def node_with(folder: Path, prefix: Path, calls: int, per_second: int) -> Generator[Node]:
    values = call_values(limits={"calls": calls, "callsPerSecond": per_second})
    with running_node(folder, prefix, values) as node:
        yield node
        node.settled()


def answered(node: Node, calls: list[Dialog]) -> tuple[list[Dialog], list[Dialog]]:
    """Answers at the bridge; returns the answered calls and those that got 503."""
    while any(not call.messages or call.messages[-1].status < 180 for call in calls):
        try:
            leg = node.bridge.incoming(1)
        except AssertionError:
            break
        leg.respond(200, body=bridge_answer())
    finals = [(call, call.final()) for call in calls]
    refused = [call for call, final in finals if final.status == 503]
    assert not [final for _, final in finals if final.status not in (200, 503) or final.header("Retry-After")]
    return [call for call, final in finals if final.status == 200], refused


def test_thirty_concurrent_calls_are_answered_within_the_limits(tmp_path: Path, freeswitch_prefix: Path) -> None:
    with node_with(tmp_path, freeswitch_prefix, 30, 30) as node:
        good, refused = answered(node, [node.call() for _ in range(30)])
        assert (len(good), len(refused)) == (30, 0)
        assert node.freeswitch.channels() == 60
        for call in good:
            call.hang_up()


def test_calls_above_the_rate_get_503_at_once_and_a_log_line(tmp_path: Path, freeswitch_prefix: Path) -> None:
    with node_with(tmp_path, freeswitch_prefix, 100, 5) as node:
        started = time.monotonic()
        calls = [node.call() for _ in range(30)]
        good, refused = answered(node, calls)
        # A burst may span two seconds of the clock.
        assert 5 <= len(good) <= 10
        assert len(node.bridge.calls) == len(good), "FreeSWITCH must refuse calls before the bridge gets them"
        assert max(call.final().at for call in refused) - started < 1
        eventually(lambda: "refused: the node accepts 100 concurrent calls" in node.freeswitch.log(), 10)
        for call in good:
            call.hang_up()


def test_calls_above_the_number_get_503_until_one_ends(tmp_path: Path, freeswitch_prefix: Path) -> None:
    with node_with(tmp_path, freeswitch_prefix, 3, 30) as node:
        good, refused = answered(node, [node.call() for _ in range(5)])
        assert (len(good), len(refused)) == (3, 2)
        out = node.call_out("+4930999999")
        assert out.final().status == 503, "outbound calls count too"
        good.pop().hang_up()
        eventually(lambda: node.freeswitch.channels() == 4, 5)
        again, refused = answered(node, [node.call() for _ in range(2)])
        assert (len(again), len(refused)) == (1, 1)
        for call in (*good, *again):
            call.hang_up()


def test_the_load_of_the_node_refuses_no_call(loaded: FreeSwitch) -> None:
    # FreeSWITCH 1.10.12 refuses calls below this limit without a log line (switch_core_session.c); 0 is no limit.
    line = next(line for line in loaded.api("status").splitlines() if line.startswith("min idle cpu"))
    assert line.startswith("min idle cpu 0.00/")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, freeswitch_prefix: Path) -> Iterator[FreeSwitch]:
    values = call_values(limits={"calls": 200, "callsPerSecond": 40})
    program = FreeSwitch(tmp_path_factory.mktemp("freeswitch"), freeswitch_prefix, values)
    program.start()
    try:
        yield program
    finally:
        program.kill()


@contextmanager
def calls_of(folder: Path, seconds: float, *arguments: str) -> Generator[Sipp]:
    """Calls of a carrier, which a bridge answers."""
    length = str(round(seconds * 1000))
    with (
        sipp(folder / "bridge", "bridge", PRIVATE, "-p", str(BRIDGE_PORT), "-t", "t1"),
        sipp(folder / "carrier", "direct_caller", DIRECT_CARRIER, NODE, "-d", length, *arguments) as carrier,
    ):
        yield carrier


def test_no_call_is_lost_at_twenty_calls_a_second_up_to_two_hundred(tmp_path: Path, loaded: FreeSwitch) -> None:
    with calls_of(tmp_path, 5, "-r", "20", "-m", "200") as carrier:
        calls = carrier.wait(60)
        assert (calls.successful, calls.failed) == (200, 0)
        loaded.idle()
    assert len(loaded.finished_recordings) == 200
    assert len(list(loaded.call_records.iterdir())) == 200


def test_a_drain_cuts_off_no_call(tmp_path: Path, loaded: FreeSwitch) -> None:
    hook = loaded.pod.container("freeswitch")["lifecycle"]["preStop"]["exec"]["command"]
    environment = {
        **loaded.pod.environment("freeswitch"),
        "ENDPOINT_LAG_SECONDS": "1", "MAX_CALL_SECONDS": "60", "POLL_SECONDS": "0.2",
    }  # fmt: skip
    with calls_of(tmp_path, 5, "-r", "20", "-m", "40") as carrier:
        eventually(lambda: loaded.channels() >= 40, 10)
        drain = subprocess.Popen([loaded.pod.with_local_paths(word, "freeswitch") for word in hook], env=environment)
        calls = carrier.wait(30)
        assert (calls.successful, calls.failed) == (40, 0)
        assert drain.wait(30) == 0
    loaded.idle()
