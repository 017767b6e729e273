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
"""How long a process may take to exit after SIGTERM."""
_POLL_SECONDS: Final = 0.02
_PID_FILES: Final = "running"
_LOG_TAIL_LINES: Final = 5


@dataclass(frozen=True)
class ProcessHandle:
    """A process identified by id and start time, which together are unique."""

    id: int
    began: str

    @classmethod
    def of(cls, id: int) -> ProcessHandle | None:
        """The running process with this id; `None` when there is none."""
        began = _start_time(id)
        return cls(id, began) if began else None

    @property
    def is_alive(self) -> bool:
        return bool(self.began) and _start_time(self.id) == self.began

    def stop(self) -> None:
        """Sends SIGTERM, and SIGKILL after `GRACE_SECONDS`."""
        for signal_number, seconds in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGKILL, GRACE_SECONDS)):
            if not self.is_alive:
                _reap(self.id)
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.id, signal_number)
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
        """Starts a program in its own session, so that Ctrl-C reaches only its owner."""
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
        process.returncode = 0  # `_reap` waits for it by id, not this object.
        pid_file = self._pid_files / f"{name}-{process.pid}.json"
        pid_file.parent.mkdir(parents=True, exist_ok=True)
        owner = self._owner or ProcessHandle(0, "")
        pid_file.write_text(json.dumps({"program": command[0], "process": asdict(running), "owner": asdict(owner)}))
        with self._lock:
            self._running[pid_file] = running
        return running

    def stop(self, processes: list[ProcessHandle]) -> None:
        """Stops these processes, in this order."""
        for process in processes:
            process.stop()
            with self._lock:
                for pid_file in [pid_file for pid_file, running in self._running.items() if running == process]:
                    del self._running[pid_file]
                    pid_file.unlink(missing_ok=True)

    def stop_all(self) -> None:
        """Stops all running processes, in reverse order of their start."""
        with self._lock:
            remaining = list(self._running.values())
        self.stop(remaining[::-1])
        atexit.unregister(self.stop_all)

    def stop_orphans(self) -> list[str]:
        """Stops processes of dead owners; returns their programs."""
        stopped = []
        for pid_file, content in self._read():
            process, owner = ProcessHandle(**content["process"]), ProcessHandle(**content["owner"])
            if owner.is_alive:
                continue
            if process.is_alive:
                process.stop()
                stopped.append(f"{content['program']} (process {process.id})")
            pid_file.unlink(missing_ok=True)
        return stopped

    def _read(self) -> Iterator[tuple[Path, dict]]:
        for pid_file in sorted(self._pid_files.glob("*.json"), reverse=True):
            try:
                yield pid_file, json.loads(pid_file.read_text())
            except (FileNotFoundError, json.JSONDecodeError):
                continue  # another run removed it or is still writing it


def last_lines(log: Path) -> str:
    """The last lines of a log, for error messages."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return " | ".join(lines[-_LOG_TAIL_LINES:]) or "its log is empty"


def _reap(id: int) -> None:
    """Collects an exited child, which would otherwise remain as a zombie."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(id, os.WNOHANG)


def _start_time(id: int) -> str:
    """The start time of a process in the system's own format; empty when it is not running."""
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
