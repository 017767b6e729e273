"""Builds a program once from a pinned Go module, and keeps it for all clones.

Owns the cache and the build. Does not own which programs there are, nor how they are run.

The cache lies outside the repository: `$VOICE_PLATFORM_CACHE`, else `$XDG_CACHE_HOME/voice-platform`, else
`~/.cache/voice-platform`; in it `<name>/<version>-<digest of go.sum>/<name>`.
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

CACHE_VARIABLE: Final = "VOICE_PLATFORM_CACHE"
_BUILD_FLAGS: Final = ("-gcflags=all=-dwarf=false",)
_BUILD_ENVIRONMENT: Final = {"GOGC": "400"}
"""The compiler makes no debugging data, which is stripped anyway, and collects its garbage less often, for up to 1 GiB:
together a fifth of a build's time."""
TICK_SECONDS: Final = 20
"""How often a build says that it is still going: the compiler itself is silent for minutes."""


@dataclass(frozen=True)
class GoTool:
    """A program and where its source is pinned.

    `module` is a folder with `go.mod`, which requires `requirement`, and `go.sum`; `package` is what is built.
    `version_variable`, where given, is told the version. `title`, `duration` and `remediation` are for people.
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
        """The version that `go.mod` asks for, as `v3.259.0`. Raises `UsageError` when it asks for none."""
        mod = self.module / "go.mod"
        found = re.search(rf"^(?:require)?\s+{re.escape(self.requirement)} (v\S+)", mod.read_text(), re.MULTILINE)
        if found is None:
            raise UsageError(f"{mod} does not require {self.requirement}: restore the file.")
        return found[1]

    def executable(self, environment: Mapping[str, str]) -> Path:
        """Where the built program lies, whether it exists yet or not."""
        digest = hashlib.sha256((self.module / "go.sum").read_bytes()).hexdigest()[:12]
        return cache_directory(environment) / self.name / f"{self.version()}-{digest}" / self.name

    def built(self, environment: Mapping[str, str], without_go: str, say: Callable[[str], None] | None = None) -> Path:
        """The program, built now where it is not in the cache. Progress goes to `say`, a line at a time (default:
        stderr). Raises `UsageError`: `without_go` where Go is not installed, else what the build ended with.
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
            if not target.exists():  # another process may have built it while this one waited
                self._build(go, target, environment, say)
        return target

    @contextmanager
    def _build_lock(self, lock: Path, say: Callable[[str], None]) -> Generator[None]:
        with lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(f"Another process is building the {self.title}: waiting for it.")
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _build(self, go: str, target: Path, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
        """Builds beside `target` and renames, so that no one ever sees half an executable."""
        version = self.version()
        say(f"Building the {self.title} {version} from its Go module: once, {self.duration}.")
        started = time.monotonic()
        link = "-s -w" + (f" -X {self.version_variable}={version}" if self.version_variable else "")
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".build-") as directory:
            built = Path(directory) / self.name
            command = [go, "build", *_BUILD_FLAGS, "-ldflags", link, "-o", str(built), self.package]
            code, last_lines = _run(command, self.module, {**_BUILD_ENVIRONMENT, **environment}, say)
            if code != 0:
                raise UsageError(
                    f"The {self.title} {version} could not be built (go ended with {code}): {' | '.join(last_lines)}."
                    f" {self.remediation}"
                )
            built.replace(target)
        say(f"Built {target} in {time.monotonic() - started:.0f} s.")


def cache_directory(environment: Mapping[str, str]) -> Path:
    """Where what is built once for all clones is kept."""
    if explicit := environment.get(CACHE_VARIABLE):
        return Path(explicit)
    base = environment.get("XDG_CACHE_HOME") or str(Path(environment.get("HOME", "~")).expanduser() / ".cache")
    return Path(base) / "voice-platform"


def print_progress(line: str) -> None:
    """Says a line of progress."""
    print(line, file=sys.stderr, flush=True)


def _run(
    command: list[str], directory: Path, environment: Mapping[str, str], say: Callable[[str], None]
) -> tuple[int, list[str]]:
    """Exit code and last lines of a command that is quiet for long."""
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
