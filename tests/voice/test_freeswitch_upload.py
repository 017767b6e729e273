"""Uploads of recordings and call records to Blob: the chart's script with a fake azcopy."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.charts.workloads import values_of
from tests.voice.freeswitch import FreeSwitchPod
from tests.voice.uploads import Uploads
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

CONTAINER = values_of("freeswitch", "full")["recording"]["container"]
DAY = 1_790_000_000
"""2026-09-21 13:33:20 UTC."""


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    found = Uploads(FreeSwitchPod(tmp_path))
    for name in ("open", "done"):
        (found.recordings / name).mkdir()
    return found


@pytest.fixture
def sidecar(uploads: Uploads) -> Iterator[Uploads]:
    with uploads.sidecar():
        yield uploads


def write(path: Path, age: float = 60) -> Path:
    """A file of this age in seconds."""
    path.write_text(f"content of {path.name}")
    moment = time.time() - age
    os.utime(path, (moment, moment))
    return path


def test_a_finished_recording_is_uploaded_to_the_folder_of_its_day_and_deleted(sidecar: Uploads) -> None:
    finished = write(sidecar.recordings / "done" / "one.wav", age=time.time() - DAY)
    eventually(lambda: not finished.exists(), 20, sidecar.log)
    assert sidecar.taken() == [f"{CONTAINER}/2026/09/21/one.wav"]
    assert (sidecar.blob / "one.wav").read_text() == "content of one.wav"


def test_a_recording_is_uploaded_when_its_call_record_exists(sidecar: Uploads) -> None:
    ended, going_on = (write(sidecar.recordings / "open" / f"{call}.wav") for call in ("ended", "going-on"))
    record = write(sidecar.call_records / "ended.cdr.json")
    eventually(lambda: not record.exists() and not ended.exists(), 20, sidecar.log)
    assert going_on.exists()
    eventually(lambda: sidecar.names() == ["ended.cdr.json", "ended.wav"], 20, sidecar.log)


def test_a_recording_without_a_call_record_is_uploaded_after_an_hour(sidecar: Uploads) -> None:
    old, new = (
        write(sidecar.recordings / "open" / name, age=age) for name, age in (("old.wav", 3700), ("new.wav", 3400))
    )
    eventually(lambda: sidecar.names() == ["old.wav"], 20, sidecar.log)
    assert not old.exists()
    assert new.exists()


def test_an_incomplete_call_record_stays(sidecar: Uploads) -> None:
    begun = write(sidecar.call_records / "new.cdr.json", age=-30)
    record = write(sidecar.call_records / "old.cdr.json")
    eventually(lambda: not record.exists(), 20, sidecar.log)
    assert begun.exists()
    assert sidecar.names() == ["old.cdr.json"]


def test_a_call_record_is_uploaded_two_seconds_after_its_last_change(sidecar: Uploads) -> None:
    record = write(sidecar.call_records / "call.cdr.json", age=0)
    eventually(lambda: not record.exists(), 20, sidecar.log)
    assert len(sidecar.taken()) == 1


def test_call_records_are_uploaded_before_recordings(uploads: Uploads) -> None:
    for name in ("a.wav", "b.wav"):
        write(uploads.recordings / "done" / name)
    write(uploads.call_records / "c.cdr.json")
    with uploads.sidecar():
        eventually(lambda: len(uploads.taken()) == 3, 20, uploads.log)
    assert Path(uploads.taken()[0]).name == "c.cdr.json"


def test_a_failed_upload_keeps_the_file_and_is_logged_until_it_succeeds(sidecar: Uploads) -> None:
    fails = sidecar.blob / "fails"
    fails.touch()
    file = write(sidecar.recordings / "done" / "three.wav")
    eventually(lambda: "upload: three.wav stays for the next attempt" in sidecar.log(), 20)
    assert file.exists()
    fails.unlink()
    eventually(lambda: not file.exists(), 20)
    assert (sidecar.blob / "three.wav").exists()


def test_a_failed_upload_does_not_block_others(sidecar: Uploads) -> None:
    (sidecar.blob / "fails-for-a.wav").touch()
    first, second = (write(sidecar.recordings / "done" / name) for name in ("a.wav", "b.wav"))
    eventually(lambda: not second.exists(), 20, sidecar.log)
    assert first.exists()


def test_the_last_upload_waits_for_the_last_call_and_includes_files_of_a_crash(sidecar: Uploads) -> None:
    write(sidecar.recordings / "open" / "last.wav")
    last = sidecar.start("last")
    time.sleep(0.5)
    assert last.poll() is None
    assert sidecar.taken() == []
    (sidecar.pod.folder / "run" / "drained").touch()
    assert last.wait(30) == 0
    assert sidecar.names() == ["last.wav"]


def test_the_last_upload_does_not_wait_for_a_dead_freeswitch(uploads: Uploads) -> None:
    write(uploads.recordings / "open" / "last.wav")
    last = uploads.start("last", SILENCE_SECONDS="1", ENDPOINT_LAG_SECONDS="1")
    assert last.wait(30) == 0
    assert uploads.names() == ["last.wav"]
    assert "FreeSWITCH and its drain hook have died" in uploads.log()


def test_the_last_upload_waits_while_the_drain_hook_runs(uploads: Uploads) -> None:
    last = uploads.start("last", SILENCE_SECONDS="2", ENDPOINT_LAG_SECONDS="0")
    for _ in range(8):
        (uploads.pod.folder / "run" / "draining").touch()
        time.sleep(0.5)
    assert last.poll() is None
    assert last.wait(30) == 0


def test_the_log_names_lost_files(uploads: Uploads) -> None:
    (uploads.blob / "fails").touch()
    write(uploads.recordings / "done" / "lost.wav")
    write(uploads.call_records / "lost.cdr.json")
    (uploads.pod.folder / "run" / "drained").touch()
    assert uploads.start("last", UPLOAD_SECONDS="2").wait(30) == 1
    (line,) = [line for line in uploads.log().splitlines() if "the time is over" in line]
    assert "lost.wav" in line
    assert "lost.cdr.json" in line
