"""How the FreeSWITCH container behaves as a process: its output, its end, its crash, and its disks.

Owns what concerns the process and its volumes, on the real program. Does not own calls (`test_freeswitch_calls.py`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.voice.calls import CALLED, Node, peers
from tests.voice.freeswitch_program import PRIVATE, FreeSwitch, call_values
from tests.voice.pod import Pod
from tests.voice.uploads import Uploads
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

WAV_HEADER = 44
"""Bytes of a recording without sound."""
MAX_STOP_SECONDS = 10
"""Kubernetes adds 30 s to the longest call, which the drain and this have to fit in."""


@pytest.fixture
def freeswitch(tmp_path: Path, freeswitch_prefix: Path) -> FreeSwitch:
    """A pod whose FreeSWITCH is not started yet."""
    return FreeSwitch(tmp_path, freeswitch_prefix)


@pytest.fixture
def node() -> Iterator[Node]:
    with peers() as node:
        yield node


@contextmanager
def small_disk(place: Path, kib: int) -> Generator[None]:
    """A file system of this size at `place`, until the block ends."""
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(place)], check=True, timeout=20)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True, timeout=20)


def fill(place: Path) -> None:
    """Writes until the disk is full."""
    with (place / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return


def names(folder: Path) -> list[str]:
    """The files in a folder."""
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def written(freeswitch: FreeSwitch) -> int:
    """Bytes of the recordings that go on."""
    return sum(path.stat().st_size for path in (freeswitch.recordings / "open").iterdir())


def sound() -> None:
    """Waits until every call has sound. FreeSWITCH discards recordings without any, and keeps 64 KiB in memory, so no
    file shows it."""
    time.sleep(0.5)


def process(freeswitch: FreeSwitch) -> subprocess.Popen[bytes]:
    """FreeSWITCH's process, which was started."""
    assert freeswitch.process is not None
    return freeswitch.process


def cpu_seconds(process: int) -> float:
    """CPU time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_log_line_leaves_a_program_that_buffers_its_output(tmp_path: Path) -> None:
    pod = Pod(tmp_path, "freeswitch", call_values(), private=PRIVATE)
    # awk prints through libc as FreeSWITCH does, then reads standard input, which must never end.
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


def test_a_log_line_arrives_within_a_second_and_an_idle_freeswitch_prints_nothing(freeswitch: FreeSwitch) -> None:
    with freeswitch:
        freeswitch.api("log WARNING a single line")
        eventually(lambda: "a single line" in freeswitch.log(), 1)
        size, busy = len(freeswitch.log()), cpu_seconds(process(freeswitch).pid)
        time.sleep(1)
        assert len(freeswitch.log()) == size
        assert cpu_seconds(process(freeswitch).pid) - busy < 0.3


def test_sigterm_ends_freeswitch_within_10_s_and_calls_keep_their_records(freeswitch: FreeSwitch, node: Node) -> None:
    with freeswitch, ExitStack() as speaking:
        calls = [speaking.enter_context(node.answered(40000 + 2 * number)) for number in range(5)]
        sound()
        started = time.monotonic()
        process(freeswitch).send_signal(signal.SIGTERM)
        assert process(freeswitch).wait(MAX_STOP_SECONDS) == 0
        assert time.monotonic() - started < MAX_STOP_SECONDS
        for call in calls:
            assert call.caller.has("BYE")
            assert call.bridge.has("BYE")
    assert len(names(freeswitch.call_records)) == 5
    assert len(names(freeswitch.recordings / "open")) == 5


def test_recordings_of_calls_that_a_crash_ended_are_uploaded_after_the_restart(
    freeswitch: FreeSwitch, node: Node
) -> None:
    freeswitch.start()
    try:
        with node.answered():
            eventually(lambda: written(freeswitch) > WAV_HEADER, 10)
            (recording,) = names(freeswitch.recordings / "open")
            (freeswitch.folder / "run" / "draining").touch()  # as after a restart by the liveness probe
            process(freeswitch).kill()
            process(freeswitch).wait(10)
            freeswitch.start()
            assert names(freeswitch.recordings / "done") == [recording]
            assert freeswitch.channels() == 0
            assert not (freeswitch.folder / "run" / "draining").exists()
    finally:
        freeswitch.stop()
    with Uploads(freeswitch.pod).sidecar() as uploads:
        eventually(lambda: uploads.names() == [recording], 10)


def test_a_call_that_ends_before_the_upload_sidecar_starts_is_uploaded(freeswitch: FreeSwitch, node: Node) -> None:
    with freeswitch, node.answered() as call:
        sound()
        call.caller.hang_up()
        freeswitch.idle()
        (record,) = names(freeswitch.call_records)
        with Uploads(freeswitch.pod).sidecar() as uploads:
            name = record.removesuffix(".cdr.json")
            eventually(lambda: uploads.names() == [f"{name}.cdr.json", f"{name}.wav"], 10)
            eventually(lambda: names(freeswitch.recordings / "open") == [], 5)


def test_the_recording_of_a_call_that_goes_on_stays(freeswitch: FreeSwitch, node: Node) -> None:
    with freeswitch, node.answered() as ended, node.answered(40002):
        sound()
        ended.caller.hang_up()
        with Uploads(freeswitch.pod).sidecar() as uploads:
            eventually(lambda: len(uploads.names()) == 2, 10)
            assert len(names(freeswitch.recordings / "open")) == 1


def test_a_call_keeps_its_record_when_recordings_fill_their_disk(freeswitch: FreeSwitch, node: Node) -> None:
    with small_disk(freeswitch.recordings, 256), freeswitch, node.answered() as before:
        fill(freeswitch.recordings)
        with node.answered(40002) as after:
            eventually(lambda: "Error opening" in freeswitch.log(), 5)
            time.sleep(3)
            for call in (before, after):
                assert not call.caller.has("BYE"), "the call goes on"
                call.bridge.hang_up()
        freeswitch.idle()
        print(freeswitch.log()[-1000:])
        records = names(freeswitch.call_records)
        assert len(records) == 2
        for record in records:
            assert CALLED in (freeswitch.call_records / record).read_text()
