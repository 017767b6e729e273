"""Recordings and call records reach Blob: the chart's own script with a stand-in of azcopy."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.charts.workloads import values_of
from tests.voice.freeswitch import FreeSwitchPod
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

CONTAINER = values_of("freeswitch", "full")["recording"]["container"]
DAY = 1_790_000_000
"""2026-09-21 13:33:20 UTC."""
AZCOPY = """#!/bin/sh
# Takes a file unless it is told to fail, or to fail for this one.
[ "$1" = copy ] || exit 2
echo "$2 $3" >>"$BLOB/asked"
! [ -e "$BLOB/fails" ] || exit 1
! [ -e "$BLOB/fails-for-$(basename "$2")" ] || exit 1
cp "$2" "$BLOB/$(basename "$2")"
echo "$3" >>"$BLOB/taken"
"""


class Uploads:
    """The sidecar that uploads."""

    def __init__(self, folder: Path) -> None:
        self.pod = FreeSwitchPod(folder)
        self.pod.tool("azcopy", AZCOPY)
        self.blob = folder / "blob"
        self.blob.mkdir()
        self.recordings = folder / "recordings"
        self.log = folder / "upload.log"
        for name in ("open", "done", "cdr"):
            (self.recordings / name).mkdir(parents=True)

    def file(self, name: str, age: float = 60) -> Path:
        """A file of this age in seconds; what is in the folder `done` ended on a certain day."""
        path = self.recordings / name
        path.write_text(f"content of {name}")
        moment = DAY if name.startswith("done/") else time.time() - age
        os.utime(path, (moment, moment))
        return path

    def start(self, *arguments: str, seconds: int = 30) -> subprocess.Popen[bytes]:
        """The sidecar, or its hook."""
        if arguments:
            command = self.pod.container("upload")["lifecycle"]["preStop"]["exec"]["command"]
            assert command[-len(arguments) :] == list(arguments)
        else:
            command = self.pod.container("upload")["command"]
        environment = {
            **self.pod.environment("upload"),
            "BLOB": str(self.blob),
            "POLL_SECONDS": "0.1",
            "UPLOAD_SECONDS": str(seconds),
        }
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [self.pod.moved(word, "upload") for word in command], env=environment, stdout=log, stderr=log
            )

    def taken(self) -> list[str]:
        """Addresses of what is in Blob."""
        file = self.blob / "taken"
        return file.read_text().split() if file.exists() else []


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path)


@pytest.fixture
def sidecar(uploads: Uploads) -> Iterator[Uploads]:
    process = uploads.start()
    try:
        yield uploads
        assert process.poll() is None, "it must not end before the pod does"
    finally:
        process.kill()
        process.wait(10)


def test_what_is_finished_is_uploaded_to_its_day_and_deleted(sidecar: Uploads) -> None:
    finished = sidecar.file("done/one.wav")
    eventually(lambda: not finished.exists(), 20, sidecar.log.read_text)
    assert sidecar.taken() == [f"{CONTAINER}/2026/09/21/one.wav"]
    assert (sidecar.blob / "one.wav").read_text() == "content of done/one.wav"


def test_what_is_still_recorded_or_written_stays(sidecar: Uploads) -> None:
    recording = sidecar.file("open/two.wav")
    begun = sidecar.file("cdr/new.json", age=-30)
    record = sidecar.file("cdr/old.json")
    eventually(lambda: not record.exists(), 20, sidecar.log.read_text)
    assert recording.exists()
    assert begun.exists()
    assert [address.rsplit("/", 1)[1] for address in sidecar.taken()] == ["old.json"]


def test_a_call_record_is_uploaded_once_nobody_touched_it_for_two_seconds(sidecar: Uploads) -> None:
    record = sidecar.file("cdr/call.json", age=0)
    eventually(lambda: not record.exists(), 20, sidecar.log.read_text)
    assert len(sidecar.taken()) == 1


def test_a_failure_keeps_the_file_and_says_so_until_it_works(sidecar: Uploads) -> None:
    fails = sidecar.blob / "fails"
    fails.touch()
    file = sidecar.file("done/three.wav")
    eventually(lambda: "upload: three.wav stays for the next turn" in sidecar.log.read_text(), 20)
    assert file.exists()
    fails.unlink()
    eventually(lambda: not file.exists(), 20)
    assert (sidecar.blob / "three.wav").exists()


def test_one_that_fails_keeps_no_other_from_its_turn(sidecar: Uploads) -> None:
    (sidecar.blob / "fails-for-a.wav").touch()
    first, second = sidecar.file("done/a.wav"), sidecar.file("done/b.wav")
    eventually(lambda: not second.exists(), 20, sidecar.log.read_text)
    assert first.exists()


def test_the_last_turn_waits_for_the_last_call_and_takes_what_it_left(sidecar: Uploads) -> None:
    recording = sidecar.file("open/last.wav")
    last = sidecar.start("last")
    time.sleep(0.5)
    assert last.poll() is None
    assert recording.exists()
    (sidecar.pod.state / "drained").touch()
    assert last.wait(30) == 0
    assert [address.rsplit("/", 1)[1] for address in sidecar.taken()] == ["last.wav"]


def test_what_is_lost_is_named(uploads: Uploads) -> None:
    (uploads.blob / "fails").touch()
    uploads.file("done/lost.wav")
    uploads.file("cdr/lost.json")
    (uploads.pod.state / "drained").touch()
    assert uploads.start("last", seconds=2).wait(30) == 1
    (line,) = [line for line in uploads.log.read_text().splitlines() if "time is over" in line]
    assert "lost.wav" in line
    assert "lost.json" in line
