"""The directory that keeps a rehearsal between two commands, and its lock.

    lock          held by the process that uses the directory
    backend/      Pulumi's state (a `file://` backend)
    home/         PULUMI_HOME, so that the user's own login and plugins are not used
    keyring/      placeholders, encrypted by Pulumi with the rehearsal's passphrase
    stack-files/  the stack files that the engine reads
    world/        the backends: the simulated Azure, its subscription and its clusters
    events.json   the engine's event log of the last command

Several stacks share it. It can be copied or moved while no process uses it.
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

BACKENDS: Final = "world"
"""The name of earlier versions, so that their directories stay usable."""
PASSPHRASE: Final = "rehearsal"
"""Not a secret: it protects placeholders and values drawn for the rehearsal."""


class StateDirectory:
    """A context manager. While it is open, only this process uses the directory, and the backends are loaded.

    Raises `UsageError` on entry if another process uses it.
    """

    def __init__(self, directory: Path, open_backends: Callable[[Path], BackendsProtocol] = Backends.open) -> None:
        self.directory = directory.absolute()
        self._open_backends = open_backends
        self._lock: IO[str] | None = None
        self._backends: BackendsProtocol | None = None

    @classmethod
    def existing(cls, directory: Path, open_backends: Callable[[Path], BackendsProtocol]) -> Self:
        """The state directory of an existing deployment. Raises `UsageError` if there is none, and creates nothing."""
        if not (directory / BACKENDS).is_dir():
            raise UsageError(
                f"nothing is deployed in {directory}: run `azure-rehearsal up`, or name another directory with --state."
            )
        return cls(directory, open_backends)

    def __enter__(self) -> Self:
        self.directory.mkdir(parents=True, exist_ok=True)
        self._lock = _acquire_lock(self.directory / "lock", self.directory)
        try:
            directory = self.directory / BACKENDS
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
                    self._lock.close()  # releases the lock
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
    def pulumi_home(self) -> Path:
        directory = self._subdirectory("home")
        # The CLI logs everything that it does, compressed and encrypted, which takes a third of the engine's time. No
        # option turns this off, but the CLI skips the log if it cannot create the directory: a file has its name.
        (directory / "logs").touch()
        return directory

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
    """Opens and locks the lock file. The kernel unlocks it when the process ends, so a killed run leaves no lock."""
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise UsageError(
            f"another rehearsal is using {directory} ({holder}): wait for its end,"
            " or use another directory with --state."
        ) from None
    file.truncate(0)
    file.write(f"process {os.getpid()}: {' '.join(sys.argv)}")
    file.flush()
    return file
