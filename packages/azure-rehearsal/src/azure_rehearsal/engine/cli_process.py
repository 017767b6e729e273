"""Runs one CLI process to its end, whatever interrupts it.

The first Ctrl-C (or SIGTERM) lets the engine finish the operations under way, write its state and unlock it; the second
ends it at once; what then still runs after `KILL_SECONDS` is killed. No process outlives `run`.
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
    """Where the CLI's own display goes."""

    TERMINAL = "terminal"
    """Straight to this process's stdout: live progress on a terminal."""
    STDERR = "stderr"
    """The same on stderr, for when stdout carries JSON."""
    CAPTURED = "captured"
    """Nowhere; it is in the result."""


class Terminated(KeyboardInterrupt):
    """SIGTERM, as an exception, so that it unwinds like Ctrl-C."""


@dataclass(frozen=True)
class Finished:
    """`stdout` is empty unless the display was captured; `stderr` is always here."""

    code: int
    stdout: str
    stderr: str


def raise_on_sigterm() -> None:
    """Makes SIGTERM raise `Terminated` in the main thread. For programs, not for libraries."""

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
    """Runs `command` to its end. Raises what interrupted the wait, after the process has ended.

    `started` is told of the process; it may kill it.
    """
    captured = display is Display.CAPTURED
    # On a terminal the CLI must be in the foreground's process group (it reads keys), and the terminal interrupts it
    # by itself. Elsewhere it gets a group of its own, so that an interrupt meant for this process reaches it only once.
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
    """Drains a pipe in a thread; `echo` gets each line as it comes."""

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
            self._thread.join(KILL_SECONDS)  # a grandchild may hold the pipe open for longer than the CLI lives
        return "".join(self._lines)
