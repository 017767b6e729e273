"""Runs one CLI process to its end, even if it is interrupted.

After the first Ctrl-C (or SIGTERM) the engine finishes the operations in progress, writes its state and unlocks it. The
second one ends it at once. A process that still runs after `KILL_SECONDS` is killed. No process outlives `run`.
"""

from __future__ import annotations

import enum
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, Final, TextIO

KILL_SECONDS: Final = 10.0


class Display(enum.Enum):
    """The destination of the CLI's own display."""

    TERMINAL = "terminal"
    """This process's stdout: live progress on a terminal."""
    STDERR = "stderr"
    """This process's stderr, for commands that write JSON to stdout."""
    CAPTURED = "captured"
    """Only the result."""


class Terminated(KeyboardInterrupt):
    """SIGTERM as an exception, so that it unwinds the stack like Ctrl-C."""


@dataclass(frozen=True)
class Finished:
    """A finished process. `stdout` is empty unless the display was captured; `stderr` is always captured."""

    code: int
    stdout: str
    stderr: str


def raise_on_sigterm() -> None:
    """Makes SIGTERM raise `Terminated` in the main thread. For programs only, not for libraries."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        raise Terminated

    signal.signal(signal.SIGTERM, handle)


def run(
    command: list[str],
    directory: Path,
    environment: Mapping[str, str],
    display: Display,
    started: Callable[[subprocess.Popen[str]], None] | None = None,
) -> Finished:
    """Runs `command` to its end. After an interruption, waits for the process and then raises the interruption.

    Calls `started` with the process, which `started` may kill.
    """
    captured = display is Display.CAPTURED
    # On a terminal the CLI must be in the foreground process group, because it reads keys; the terminal then sends it
    # the interrupt. Elsewhere it gets its own group, so that it receives each interrupt only once.
    on_terminal = not captured and os.isatty(0)
    targets = {Display.TERMINAL: None, Display.STDERR: 2, Display.CAPTURED: subprocess.PIPE}
    process = subprocess.Popen(
        command,
        cwd=directory,
        env=dict(environment),
        stdin=subprocess.DEVNULL if captured else None,
        stdout=targets[display],
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        process_group=None if on_terminal else 0,
    )
    if started is not None:
        started(process)
    stdout, stderr = _Reader(process.stdout), _Reader(process.stderr, None if captured else sys.stderr)
    try:
        interruption = _wait(process, on_terminal)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    finished = Finished(process.returncode, stdout.text(), stderr.text())
    if interruption is not None:
        raise interruption
    return finished


def _wait(process: subprocess.Popen[str], on_terminal: bool) -> KeyboardInterrupt | None:
    interruption: KeyboardInterrupt | None = None
    patience: float | None = None
    while True:
        try:
            process.wait(patience)
            return interruption
        except KeyboardInterrupt as raised:
            if interruption is not None:
                patience = KILL_SECONDS
            interruption = raised
            if not on_terminal or isinstance(raised, Terminated):
                process.send_signal(signal.SIGINT)
        except subprocess.TimeoutExpired:
            process.kill()


class _Reader:
    """Drains a pipe in a thread and copies each line to `echo`."""

    def __init__(self, stream: IO[str] | None, echo: TextIO | None = None) -> None:
        self._lines: list[str] = []
        self._thread: threading.Thread | None = None
        if stream is not None:
            self._thread = threading.Thread(target=self._drain, args=(stream, echo), daemon=True)
            self._thread.start()

    def _drain(self, stream: IO[str], echo: TextIO | None) -> None:
        for line in stream:
            self._lines.append(line)
            if echo is not None:
                echo.write(line)
                echo.flush()

    def text(self) -> str:
        if self._thread is not None:
            self._thread.join(KILL_SECONDS)  # a grandchild can hold the pipe open after the CLI has ended
        return "".join(self._lines)
