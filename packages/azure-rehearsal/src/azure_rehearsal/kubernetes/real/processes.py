"""Programs that a rehearsal starts and must end, whatever happens to it.

For each program there is a note: its process id, when that process began, and whose it is. What is ended is the process
of the note, never one that has its id by chance. A run that was killed leaves notes of a dead owner, which the next
run, of whatever state directory, finds and ends; the programs of runs that go on are not touched.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from azure_rehearsal.engine.go_tool import cache_directory

GRACE_SECONDS: Final = 5
"""How long a program may take to end by itself."""
_POLL_SECONDS: Final = 0.02
_NOTES: Final = "running"
_LAST_LINES: Final = 5


@dataclass(frozen=True)
class Running:
    """A process by its id and its beginning, which together no other process ever has."""

    id: int
    began: str

    @classmethod
    def of(cls, id: int) -> Running | None:
        """The process with this id now; `None` when there is none, or one that has ended already."""
        began = _began(id)
        return cls(id, began) if began else None

    @property
    def is_alive(self) -> bool:
        return bool(self.began) and _began(self.id) == self.began

    def end(self) -> None:
        """Ends it: politely, and after `GRACE_SECONDS` in any case."""
        for sign, seconds in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGKILL, GRACE_SECONDS)):
            if not self.is_alive:
                _reap(self.id)
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.id, sign)
            deadline = time.monotonic() + seconds
            while self.is_alive and time.monotonic() < deadline:
                _reap(self.id)
                time.sleep(_POLL_SECONDS)


class Processes:
    """The programs that one owner started. `notes` is shared by all runs of this user; logs go where each is told."""

    def __init__(self, notes: Path | None = None) -> None:
        self._notes = notes or cache_directory(os.environ) / _NOTES
        self._owner = Running.of(os.getpid())
        self._running: dict[Path, Running] = {}
        self._lock = threading.Lock()
        atexit.register(self.end_all)

    def start(self, name: str, command: list[str], environment: Mapping[str, str], log: Path) -> Running:
        """Starts a program in a session of its own, so that Ctrl-C reaches only its owner."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                env=dict(environment),
                cwd=log.parent,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        running = Running.of(process.pid) or Running(process.pid, "")
        process.returncode = 0  # It is waited for by id here, not by this object.
        note = self._notes / f"{name}-{process.pid}.json"
        note.parent.mkdir(parents=True, exist_ok=True)
        owner = self._owner or Running(0, "")
        note.write_text(json.dumps({"program": command[0], "process": asdict(running), "owner": asdict(owner)}))
        with self._lock:
            self._running[note] = running
        return running

    def end(self, processes: list[Running]) -> None:
        """Ends these, in this order."""
        for process in processes:
            process.end()
            with self._lock:
                for note in [note for note, running in self._running.items() if running == process]:
                    del self._running[note]
                    note.unlink(missing_ok=True)

    def end_all(self) -> None:
        """Ends all that is still running, the last one first."""
        with self._lock:
            remaining = list(self._running.values())
        self.end(remaining[::-1])
        atexit.unregister(self.end_all)

    def end_left_behind(self) -> list[str]:
        """Ends what owners that are no more left running; answers with the programs."""
        ended = []
        for note, content in self._read():
            process, owner = Running(**content["process"]), Running(**content["owner"])
            if owner.is_alive:
                continue
            if process.is_alive:
                process.end()
                ended.append(f"{content['program']} (process {process.id})")
            note.unlink(missing_ok=True)
        return ended

    def _read(self) -> Iterator[tuple[Path, dict]]:
        for note in sorted(self._notes.glob("*.json"), reverse=True):
            try:
                yield note, json.loads(note.read_text())
            except (FileNotFoundError, json.JSONDecodeError):
                continue  # taken away, or not written to its end yet, by another run


def last_lines(log: Path) -> str:
    """The end of a log, for people."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return " | ".join(lines[-_LAST_LINES:]) or "its log is empty"


def _reap(id: int) -> None:
    """Takes note of the end of a child, which until then would seem to be there."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(id, os.WNOHANG)


def _began(id: int) -> str:
    """When a process began, in the system's own terms; empty when there is none that still runs."""
    status = Path(f"/proc/{id}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return ""
        return "" if fields[0] in "ZX" else fields[19]
    command = ["ps", "-o", "stat=", "-o", "lstart=", "-p", str(id)]
    state, _, began = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip().partition(" ")
    return "" if state.startswith("Z") else began.strip()
