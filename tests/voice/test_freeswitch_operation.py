"""The FreeSWITCH container as a process: its output, shutdown, crash and disks, with the real program.

Does not own calls (`test_freeswitch_calls.py`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.voice.disks import fill, small_disk
from tests.voice.freeswitch_node import NUMBER, Node, answered_call, peers_of
from tests.voice.freeswitch_program import PRIVATE, FreeSwitch, call_values
from tests.voice.pod import Pod
from tests.voice.uploads import Uploads
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

WAV_HEADER = 44
"""Bytes of a recording while FreeSWITCH buffers the sound in memory (64 KiB, 2 s)."""
MAX_STOP_SECONDS = 10
"""The grace period exceeds the longest call by 30 s, which is enough for this time."""


@pytest.fixture
def stopped(tmp_path: Path, freeswitch_prefix: Path) -> Iterator[Node]:
    """A node whose FreeSWITCH has not started."""
    with peers_of(FreeSwitch(tmp_path, freeswitch_prefix)) as node:
        yield node
        node.freeswitch.kill()


@pytest.fixture
def node(stopped: Node) -> Node:
    """A node."""
    stopped.freeswitch.start()
    return stopped


def names(folder: Path) -> list[str]:
    """The files in a folder."""
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def written(freeswitch: FreeSwitch) -> int:
    """Bytes of the open recordings."""
    return sum(path.stat().st_size for path in (freeswitch.recordings / "open").iterdir())


def process(freeswitch: FreeSwitch) -> subprocess.Popen[bytes]:
    """FreeSWITCH's process."""
    assert freeswitch.process is not None
    return freeswitch.process


def cpu_seconds(number: int) -> float:
    """CPU time of a process."""
    fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_log_line_arrives_from_a_program_that_buffers_its_output(tmp_path: Path) -> None:
    pod = Pod(tmp_path, "freeswitch", call_values(), private=PRIVATE)
    # Like FreeSWITCH, awk prints through libc and then reads standard input, which must not end.
    pod.tool("freeswitch", """#!/bin/sh\nexec awk 'BEGIN { print "a line of the log" } { print }'\n""")
    log = tmp_path / "log"
    with log.open("wb") as output:
        program = subprocess.Popen(
            pod.command("freeswitch"), env=pod.environment("freeswitch"), stdin=subprocess.DEVNULL, stdout=output
        )
    try:
        eventually(lambda: log.read_text() == "a line of the log\n", 2)
        assert program.poll() is None, "its standard input ended"
    finally:
        program.kill()
        program.wait(10)


def test_a_log_line_arrives_within_a_second_and_an_idle_freeswitch_prints_nothing(node: Node) -> None:
    freeswitch = node.freeswitch
    freeswitch.api("log WARNING a single line")
    eventually(lambda: "a single line" in freeswitch.log(), 1)
    size, busy = len(freeswitch.log()), cpu_seconds(process(freeswitch).pid)
    time.sleep(1)
    assert len(freeswitch.log()) == size
    assert cpu_seconds(process(freeswitch).pid) - busy < 0.3


def test_a_call_that_ends_before_the_upload_sidecar_starts_is_uploaded_and_others_continue(node: Node) -> None:
    freeswitch = node.freeswitch
    other, _ = node.silent_call()
    with answered_call(node) as call:
        assert call.bridge.invite is not None
        name = call.bridge.invite.header("X-Voice-Call")
        call.hang_up()
    eventually(lambda: freeswitch.channels() == 2, 5)
    with Uploads(freeswitch.pod).sidecar() as uploads:
        eventually(lambda: uploads.names() == [f"{name}.cdr.json", f"{name}.wav"], 10, uploads.log)
        eventually(lambda: names(freeswitch.recordings / "done") == [], 5)
    assert len(names(freeswitch.recordings / "open")) == 1, "the recording of the other call must stay"
    other.hang_up()
    node.settled()


def test_sigterm_ends_freeswitch_within_10_s_and_writes_the_records_of_calls(node: Node) -> None:
    freeswitch = node.freeswitch
    silent = [node.silent_call() for _ in range(4)]
    with answered_call(node) as call:
        started = time.monotonic()
        process(freeswitch).send_signal(signal.SIGTERM)
        assert process(freeswitch).wait(MAX_STOP_SECONDS) == 0
        assert time.monotonic() - started < MAX_STOP_SECONDS
        for carrier, bridge in [*silent, (call.carrier, call.bridge)]:
            assert carrier.has("BYE")
            assert bridge.has("BYE")
        assert call.bridge.invite is not None
        name = call.bridge.invite.header("X-Voice-Call")
    assert len(names(freeswitch.call_records)) == 5
    assert f"{name}.wav" in names(freeswitch.recordings / "open")


def test_recordings_of_calls_that_a_crash_ended_are_uploaded_after_the_restart(node: Node) -> None:
    freeswitch = node.freeswitch
    with answered_call(node):
        eventually(lambda: written(freeswitch) > WAV_HEADER, 10)
        (recording,) = names(freeswitch.recordings / "open")
        # The kubelet runs the drain hook before it restarts a container.
        (freeswitch.folder / "run" / "draining").touch()
        process(freeswitch).kill()
        process(freeswitch).wait(10)
    freeswitch.start()
    assert names(freeswitch.recordings / "done") == [recording]
    assert freeswitch.channels() == 0
    assert not (freeswitch.folder / "run" / "draining").exists(), "the pod would stay unready"
    with Uploads(freeswitch.pod).sidecar() as uploads:
        eventually(lambda: uploads.names() == [recording], 10, uploads.log)
        with wave.open(str(uploads.blob / recording)) as sound:
            assert sound.getnframes() > sound.getframerate(), "players must find the written sound, more than 1 s"


def test_calls_keep_their_records_when_recordings_fill_their_disk(stopped: Node) -> None:
    node, freeswitch = stopped, stopped.freeswitch
    with small_disk(freeswitch.recordings, 256):
        freeswitch.start()
        with answered_call(node) as before:
            fill(freeswitch.recordings)
            eventually(lambda: "Error writing" in freeswitch.log(), 10)
            after, _ = node.silent_call()
            eventually(lambda: "Error opening" in freeswitch.log(), 5)
            before.both_hear(since=time.monotonic())
            assert not after.has("BYE"), "calls must continue"
            before.hang_up()
            after.hang_up()
        node.settled()
        records = names(freeswitch.call_records)
        assert len(records) == 2
        for record in records:
            assert NUMBER in (freeswitch.call_records / record).read_text()
