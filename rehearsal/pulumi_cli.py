"""Finds the Pulumi CLI, or builds it once from its Go module.

Owns the choice of the CLI and its build cache. Does not own how it is run (`rehearsal.engine`).

The cache lies outside the repository, so that clones share it: `$VOICE_PLATFORM_CACHE`, else
`$XDG_CACHE_HOME/voice-platform`, else `~/.cache/voice-platform`; in it `pulumi/<version>-<digest of go.sum>/pulumi`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
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

from rehearsal.errors import UsageError

TOOL_MODULE: Final = Path(__file__).parent.parent / "tools" / "pulumi"
PACKAGE: Final = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
VERSION_VARIABLE: Final = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
LANGUAGE_HOST: Final = "pulumi-language-python"
CACHE_VARIABLE: Final = "VOICE_PLATFORM_CACHE"
SUPPORTED_MAJOR: Final = 3
TICK_SECONDS: Final = 20
"""How often a build says that it is still going: the compiler itself is silent for minutes."""


@dataclass(frozen=True)
class PulumiCli:
    """A CLI that can be started. `has_language_host`: its own Python language host is beside it or on PATH."""

    executable: Path
    version: str
    has_language_host: bool


def find(
    environment: Mapping[str, str] | None = None,
    module: Path = TOOL_MODULE,
    say: Callable[[str], None] | None = None,
) -> PulumiCli:
    """The CLI on PATH, else the cached one, else one built now. Raises `UsageError` when none can be had.

    Progress goes to `say`, a line at a time (default: stderr).
    """
    environment = os.environ if environment is None else environment
    say = say or _say
    on_path = shutil.which("pulumi", path=environment.get("PATH"))
    if on_path:
        version = _version_of(Path(on_path))
        if version is not None and int(version.split(".")[0]) == SUPPORTED_MAJOR:
            return PulumiCli(Path(on_path), version, _has_language_host(Path(on_path), environment))
        found = version or "no version"
        say(f"{on_path} is not a Pulumi CLI of version {SUPPORTED_MAJOR} ({found}): passed over.")
    return _cached(environment, module, say)


def cache_directory(environment: Mapping[str, str]) -> Path:
    """Where what is built once for all clones is kept."""
    if explicit := environment.get(CACHE_VARIABLE):
        return Path(explicit)
    base = environment.get("XDG_CACHE_HOME") or str(Path(environment.get("HOME", "~")).expanduser() / ".cache")
    return Path(base) / "voice-platform"


def built_executable(environment: Mapping[str, str], module: Path = TOOL_MODULE) -> Path:
    """Where the CLI built from `module` lies, whether it exists yet or not."""
    digest = hashlib.sha256((module / "go.sum").read_bytes()).hexdigest()[:12]
    return cache_directory(environment) / "pulumi" / f"{required_version(module)}-{digest}" / "pulumi"


def required_version(module: Path = TOOL_MODULE) -> str:
    """The CLI's version that `go.mod` asks for, as `v3.259.0`."""
    found = re.search(r"^\s*github\.com/pulumi/pulumi/pkg/v3 (v\S+)", (module / "go.mod").read_text(), re.MULTILINE)
    if found is None:
        raise UsageError(f"{module / 'go.mod'} does not require github.com/pulumi/pulumi/pkg/v3: restore the file.")
    return found[1]


def _cached(environment: Mapping[str, str], module: Path, say: Callable[[str], None]) -> PulumiCli:
    target = built_executable(environment, module)
    cli = PulumiCli(target, required_version(module).removeprefix("v"), _has_language_host(target, environment))
    if target.exists():
        return cli
    go = shutil.which("go", path=environment.get("PATH"))
    if go is None:
        raise UsageError(
            "The rehearsal needs the Pulumi CLI: install it (https://www.pulumi.com/docs/iac/download-install/), or"
            " install Go (https://go.dev/doc/install), with which the CLI is built once, in about four minutes."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with _one_builder(target.with_suffix(".lock"), say):
        if not target.exists():  # another process may have built it while this one waited
            _build(go, module, target, environment, say)
    return cli


@contextmanager
def _one_builder(lock: Path, say: Callable[[str], None]) -> Generator[None]:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another process is building the Pulumi CLI: waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(go: str, module: Path, target: Path, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Builds beside `target` and renames, so that no one ever sees half an executable."""
    version = required_version(module)
    say(f"Building the Pulumi CLI {version} from its Go module: once, about four minutes (35 s with a warm Go cache).")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".build-") as directory:
        built = Path(directory) / "pulumi"
        command = [go, "build", "-ldflags", f"-s -w -X {VERSION_VARIABLE}={version}", "-o", str(built), PACKAGE]
        process = subprocess.Popen(
            command, cwd=module, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
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
        if code != 0:
            raise UsageError(
                f"The Pulumi CLI {version} could not be built (go ended with {code}): {' | '.join(last_lines)}."
                " Install it instead: https://www.pulumi.com/docs/iac/download-install/."
            )
        built.replace(target)
    say(f"Built {target} in {time.monotonic() - started:.0f} s.")


def _version_of(executable: Path) -> str | None:
    """The version without its `v`; `None` when the file does not answer like a Pulumi CLI."""
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        answer = subprocess.run(
            [executable, "version"], env=environment, capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"v?(\d+\.\d+\.\d+\S*)", answer.stdout.strip())
    return found[1] if answer.returncode == 0 and found else None


def _has_language_host(executable: Path, environment: Mapping[str, str]) -> bool:
    """The engine looks beside its own executable (links resolved), then on PATH."""
    beside = executable.resolve().parent / LANGUAGE_HOST
    return beside.exists() or shutil.which(LANGUAGE_HOST, path=environment.get("PATH")) is not None


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
