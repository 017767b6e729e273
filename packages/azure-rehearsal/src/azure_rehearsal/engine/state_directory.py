"""The directory that holds everything of a rehearsal between two commands, and who may use it.

    lock          held by the process that uses the directory
    backend/      Pulumi's state (a `file://` backend)
    home/         PULUMI_HOME, so that a user's own login and plugins are out of reach
    keyring/      placeholders, encrypted by Pulumi with the rehearsal's passphrase
    stack-files/  the stack files as the engine gets them
    world/        the simulated outside world
    events.json   the engine's event log of the last command

Several stacks share it. It may be copied or moved while no one uses it.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from azure_rehearsal.engine.backends import Backends, BackendsProtocol, Closeable
from azure_rehearsal.errors import UsageError

_BACKENDS: Final = "world"
PASSPHRASE: Final = "rehearsal"
"""Not a secret: it protects placeholders and values drawn for the rehearsal."""


class StateDirectory:
    """Context manager: while open, this process alone uses the directory, and its world is loaded.

    Raises `UsageError` on entry when another process uses it.
    """

    def __init__(self, directory: Path, open_backends: Callable[[Path], BackendsProtocol] = Backends.open) -> None:
        self.directory = directory.absolute()
        self._open_backends = open_backends
        self._lock: IO[str] | None = None
        self._backends: BackendsProtocol | None = None

    @classmethod
    def existing(cls, directory: Path, open_backends: Callable[[Path], BackendsProtocol]) -> Self:
        """One that something was deployed in. Raises `UsageError` where nothing was; it is not made."""
        if not (directory / _BACKENDS).is_dir():
            raise UsageError(
                f"nothing is deployed in {directory}: deploy with `make up`, or name another with --state."
            )
        return cls(directory, open_backends)

    def __enter__(self) -> Self:
        self.directory.mkdir(parents=True, exist_ok=True)
        self._lock = _acquire_lock(self.directory / "lock", self.directory)
        try:
            directory = self.directory / _BACKENDS
            directory.mkdir(exist_ok=True)
            self._backends = self._open_backends(directory)
        except BaseException:
            self._lock.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._backends is not None:
                self._backends.save()
        finally:
            try:
                if isinstance(self._backends, Closeable):
                    self._backends.close()
            finally:
                if self._lock is not None:
                    self._lock.close()  # gives the lock up
                self._lock = self._backends = None

    @property
    def is_open(self) -> bool:
        return self._lock is not None

    @property
    def backends(self) -> BackendsProtocol:
        if self._backends is None:
            raise RuntimeError(f"{self.directory} is not open")
        return self._backends

    @property
    def state_backend(self) -> Path:
        return self._subdirectory("backend")

    @property
    def home(self) -> Path:
        home = self._subdirectory("home")
        # The CLI keeps a log of all that it does, compressed and encrypted: a third of the engine's time. It has no
        # switch for that, but does without where the folder cannot be made, because a file has its name.
        (home / "logs").touch()
        return home

    @property
    def keyring(self) -> Path:
        return self._subdirectory("keyring")

    @property
    def stack_files(self) -> Path:
        return self._subdirectory("stack-files")

    @property
    def events(self) -> Path:
        return self.directory / "events.json"

    def _subdirectory(self, name: str) -> Path:
        path = self.directory / name
        path.mkdir(parents=True, exist_ok=True)
        return path


def _acquire_lock(path: Path, directory: Path) -> IO[str]:
    """The lock file, locked. The kernel frees it with the process, so that a killed run leaves no stale lock."""
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise UsageError(
            f"another rehearsal is using {directory} ({holder}): wait for it to end,"
            " or use another directory with --state."
        ) from None
    file.truncate(0)
    file.write(f"process {os.getpid()}: {' '.join(sys.argv)}")
    file.flush()
    return file
