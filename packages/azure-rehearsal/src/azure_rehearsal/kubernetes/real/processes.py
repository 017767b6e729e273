"""Processes that a rehearsal starts and must stop, even when the rehearsal itself is killed.

Each process has a PID file with its process id, its start time and its owner (the rehearsal's process). The start time
guards against reused process ids. A killed run leaves PID files whose owner is dead: the next run, in any state
directory, stops those processes. Processes of live owners are left alone.
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
_PID_FILES: Final = "running"
_LAST_LINES: Final = 5


@dataclass(frozen=True)
class ProcessHandle:
    """A process by its id and its beginning, which together no other process ever has."""

    id: int
    began: str

    @classmethod
    def of(cls, id: int) -> ProcessHandle | None:
        """The process with this id now; `None` when there is none, or one that has ended already."""
        began = _start_time(id)
        return cls(id, began) if began else None

    @property
    def is_alive(self) -> bool:
        return bool(self.began) and _start_time(self.id) == self.began

    def stop(self) -> None:
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
    """The processes that one owner started. All runs of a user share the folder `pid_files`."""

    def __init__(self, pid_files: Path | None = None) -> None:
        self._pid_files = pid_files or cache_directory(os.environ) / _PID_FILES
        self._owner = ProcessHandle.of(os.getpid())
        self._running: dict[Path, ProcessHandle] = {}
        self._lock = threading.Lock()
        atexit.register(self.stop_all)

    def start(self, name: str, command: list[str], environment: Mapping[str, str], log: Path) -> ProcessHandle:
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
        running = ProcessHandle.of(process.pid) or ProcessHandle(process.pid, "")
        process.returncode = 0  # It is waited for by id here, not by this object.
        pid_file = self._pid_files / f"{name}-{process.pid}.json"
        pid_file.parent.mkdir(parents=True, exist_ok=True)
        owner = self._owner or ProcessHandle(0, "")
        pid_file.write_text(json.dumps({"program": command[0], "process": asdict(running), "owner": asdict(owner)}))
        with self._lock:
            self._running[pid_file] = running
        return running

    def stop(self, processes: list[ProcessHandle]) -> None:
        """Ends these, in this order."""
        for process in processes:
            process.stop()
            with self._lock:
                for pid_file in [pid_file for pid_file, running in self._running.items() if running == process]:
                    del self._running[pid_file]
                    pid_file.unlink(missing_ok=True)

    def stop_all(self) -> None:
        """Ends all that is still running, the last one first."""
        with self._lock:
            remaining = list(self._running.values())
        self.stop(remaining[::-1])
        atexit.unregister(self.stop_all)

    def stop_orphans(self) -> list[str]:
        """Ends what owners that are no more left running; answers with the programs."""
        ended = []
        for pid_file, content in self._read():
            process, owner = ProcessHandle(**content["process"]), ProcessHandle(**content["owner"])
            if owner.is_alive:
                continue
            if process.is_alive:
                process.stop()
                ended.append(f"{content['program']} (process {process.id})")
            pid_file.unlink(missing_ok=True)
        return ended

    def _read(self) -> Iterator[tuple[Path, dict]]:
        for pid_file in sorted(self._pid_files.glob("*.json"), reverse=True):
            try:
                yield pid_file, json.loads(pid_file.read_text())
            except (FileNotFoundError, json.JSONDecodeError):
                continue  # taken away, or not written to its end yet, by another run


def last_lines(log: Path) -> str:
    """The end of a log, for people."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return " | ".join(lines[-_LAST_LINES:]) or "its log is empty"


def _reap(id: int) -> None:
    """Takes pid_file of the end of a child, which until then would seem to be there."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(id, os.WNOHANG)


def _start_time(id: int) -> str:
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
