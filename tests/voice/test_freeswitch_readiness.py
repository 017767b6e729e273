"""The readiness of a FreeSWITCH pod agrees with the real program: the chart's script with FreeSWITCH."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.voice.disks import fill, small_disk
from tests.voice.freeswitch import Bridge
from tests.voice.freeswitch_node import NUMBER, Node, peers_of
from tests.voice.freeswitch_program import CARRIER_PORT, PRIVATE, FreeSwitch
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

BRIDGE_HEALTH = 8083


@pytest.fixture
def stopped(tmp_path: Path, freeswitch_prefix: Path) -> Iterator[Node]:
    """A node whose FreeSWITCH has not started and whose bridge is healthy."""
    with Bridge(BRIDGE_HEALTH, address=PRIVATE), peers_of(FreeSwitch(tmp_path, freeswitch_prefix)) as node:
        yield node
        node.freeswitch.kill()


@pytest.fixture
def node(stopped: Node) -> Node:
    """A node."""
    stopped.freeswitch.start()
    return stopped


def probe(node: Node) -> tuple[int, str]:
    """The response to the kubelet: status and text."""
    pod = node.freeswitch.pod
    done = subprocess.run(
        ["sh", f"{pod.folder}/scripts/health.sh"],
        env=pod.environment("health"),
        input="GET / HTTP/1.1\r\nHost: node\r\n\r\n",
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    with (pod.folder / "health.log").open("a") as log:
        log.write(done.stderr)
    head, _, text = done.stdout.partition("\n\n")
    return int(head.split(" ")[1]), text.strip()


def logged(node: Node) -> list[str]:
    """The log lines of the health container."""
    return (node.freeswitch.folder / "health.log").read_text().splitlines()


def test_a_freeswitch_that_accepts_calls_is_ready_and_only_changes_are_logged(node: Node) -> None:
    assert [probe(node) for _ in range(3)] == [(200, "ready")] * 3
    call, _ = node.silent_call()
    call.hang_up()
    node.freeswitch.api("fsctl pause")
    assert probe(node) == (503, "FreeSWITCH is paused or stopping")
    assert logged(node) == [
        "health: 200 OK: ready",
        "health: 503 Service Unavailable: FreeSWITCH is paused or stopping",
    ]


def test_a_freeswitch_that_does_not_respond_is_not_ready(node: Node) -> None:
    assert node.freeswitch.process is not None
    node.freeswitch.process.send_signal(signal.SIGSTOP)
    assert probe(node) == (503, "FreeSWITCH does not respond")


def test_a_freeswitch_without_a_profile_for_calls_is_not_ready(node: Node) -> None:
    def stopped() -> bool:
        # FreeSWITCH refuses to stop a profile in its first seconds.
        node.freeswitch.api("sofia profile edge stop")
        return probe(node) == (503, "a SIP profile does not run; running: carrier inside")

    eventually(stopped, 30)


@pytest.mark.parametrize(("disk", "text"), [("recordings", "recordings"), ("call-records", "call records")])
def test_a_freeswitch_with_a_full_disk_is_not_ready(stopped: Node, disk: str, text: str) -> None:
    folder = stopped.freeswitch.folder / disk
    with small_disk(folder, 256):
        stopped.freeswitch.start()
        assert probe(stopped) == (200, "ready")
        fill(folder)
        assert probe(stopped) == (503, f"the disk for {text} is full")
        stopped.freeswitch.kill()


def test_every_refused_call_has_a_log_line(node: Node) -> None:
    freeswitch = node.freeswitch
    wrong = node.call(number="%20")
    assert wrong.final().status == 404
    expensive = node.call_out("+881612345678")
    assert expensive.final().status == 403
    started_by_carrier = node.acme.invite((PRIVATE, CARRIER_PORT), NUMBER, body="")
    assert started_by_carrier.final().status == 403
    for leg in (node.bridge, node.other_bridge):
        leg.__exit__()
    unanswered = node.call()
    assert unanswered.final(10).status == 503
    for text in (
        "refused: the called address is not a number",
        "no carrier may dial the number",
        "refused: this port accepts no calls from carriers",
        "refused: no destination accepted it",
    ):
        assert freeswitch.log().count(text) == 1, freeswitch.log()
