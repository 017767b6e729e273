"""Builds a program once from a pinned Go module and caches it for all clones of a repository.

Owns the cache and the build. Does not own the list of programs, nor how they run.

The cache is outside the repository: `$AZURE_REHEARSAL_CACHE`, else `$XDG_CACHE_HOME/azure-rehearsal`, else
`~/.cache/azure-rehearsal`. The path inside it is `<name>/<version>-<digest of go.sum>/<name>`.
"""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from azure_rehearsal.errors import UsageError

CACHE_VARIABLE: Final = "AZURE_REHEARSAL_CACHE"
_BUILD_FLAGS: Final = ("-gcflags=all=-dwarf=false",)
_BUILD_ENVIRONMENT: Final = {"GOGC": "400"}
"""The compiler writes no debugging data, which is stripped anyway, and collects garbage less often, which needs up to
1 GiB of memory. Together this saves a fifth of the build time."""
TICK_SECONDS: Final = 20
"""The interval of progress messages during a build: the compiler prints nothing for minutes."""


@dataclass(frozen=True)
class GoTool:
    """A program and its pinned source.

    `module` is a directory with `go.mod`, which requires `requirement`, and `go.sum`. `package` is the Go package to
    build. The linker sets `version_variable`, if given, to the version. `title`, `duration` and `remediation` appear in
    messages.
    """

    name: str
    title: str
    module: Path
    requirement: str
    package: str
    duration: str
    remediation: str
    version_variable: str | None = None

    def version(self) -> str:
        """The version that `go.mod` requires, such as `v3.259.0`. Raises `UsageError` if it requires none."""
        mod = self.module / "go.mod"
        found = re.search(rf"^(?:require)?\s+{re.escape(self.requirement)} (v\S+)", mod.read_text(), re.MULTILINE)
        if found is None:
            raise UsageError(f"{mod} does not require {self.requirement}: restore the file.")
        return found[1]

    def executable(self, environment: Mapping[str, str]) -> Path:
        """The path of the built program, which need not exist yet."""
        digest = hashlib.sha256((self.module / "go.sum").read_bytes()).hexdigest()[:12]
        return cache_directory(environment) / self.name / f"{self.version()}-{digest}" / self.name

    def built(self, environment: Mapping[str, str], without_go: str, say: Callable[[str], None] | None = None) -> Path:
        """The program; builds it if it is not in the cache. Calls `say` with each line of progress (default: stderr).

        Raises `UsageError`: `without_go` if Go is not installed, or the end of the build output if the build fails.
        """
        say = say or print_progress
        target = self.executable(environment)
        if target.exists():
            return target
        go = shutil.which("go", path=environment.get("PATH"))
        if go is None:
            raise UsageError(without_go)
        target.parent.mkdir(parents=True, exist_ok=True)
        with self._build_lock(target.with_suffix(".lock"), say):
            if not target.exists():  # another process may have built it in the meantime
                self._build(go, target, environment, say)
        return target

    @contextmanager
    def _build_lock(self, lock: Path, say: Callable[[str], None]) -> Generator[None]:
        with lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(f"Another process is building the {self.title}: waiting.")
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _build(self, go: str, target: Path, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
        """Builds next to `target` and renames, so that an incomplete executable is never visible."""
        version = self.version()
        say(f"Building the {self.title} {version} from its Go module: only once, {self.duration}.")
        started = time.monotonic()
        link = "-s -w" + (f" -X {self.version_variable}={version}" if self.version_variable else "")
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".build-") as directory:
            built = Path(directory) / self.name
            command = [go, "build", *_BUILD_FLAGS, "-ldflags", link, "-o", str(built), self.package]
            code, last_lines = _run(command, self.module, {**_BUILD_ENVIRONMENT, **environment}, say)
            if code != 0:
                raise UsageError(
                    f"The {self.title} {version} could not be built (go exited with {code}): {' | '.join(last_lines)}."
                    f" {self.remediation}"
                )
            built.replace(target)
        say(f"Built {target} in {time.monotonic() - started:.0f} s.")


def cache_directory(environment: Mapping[str, str]) -> Path:
    """The directory that caches built programs."""
    if explicit := environment.get(CACHE_VARIABLE):
        return Path(explicit)
    base = environment.get("XDG_CACHE_HOME") or str(Path(environment.get("HOME", "~")).expanduser() / ".cache")
    return Path(base) / "azure-rehearsal"


def print_progress(line: str) -> None:
    """Prints a line of progress to stderr."""
    print(line, file=sys.stderr, flush=True)


def _run(
    command: list[str], directory: Path, environment: Mapping[str, str], say: Callable[[str], None]
) -> tuple[int, list[str]]:
    """The exit code and last lines of a command that can print nothing for minutes."""
    started = time.monotonic()
    process = subprocess.Popen(
        command, cwd=directory, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    finished = threading.Event()

    def tick() -> None:
        while not finished.wait(TICK_SECONDS):
            say(f"  still building, {time.monotonic() - started:.0f} s")

    threading.Thread(target=tick, daemon=True).start()
    last_lines: list[str] = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            say(f"  {line.rstrip()}")
            last_lines = [*last_lines, line.rstrip()][-5:]
    finally:
        finished.set()
        if process.poll() is None:
            process.terminate()
        code = process.wait()
    return code, last_lines
