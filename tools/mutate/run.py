"""Tests mutants on a throwaway copy of the repository: the tests that notice most come first.

The first failure ends a mutant: how many tests notice it does not matter.
"""

from __future__ import annotations

import difflib
import enum
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT: Final = PROJECT / ".venv-mutate"
"""The virtual environment that has cosmic-ray; apart, because it brings thirty packages of its own."""
INSTALL: Final = "python3 -m venv .venv-mutate && .venv-mutate/bin/pip install cosmic-ray==8.7.0"

MUTATED: Final = ("settings", "model", "components")
"""The packages that are mutated; one that does not exist is left out."""
SIMULATOR: Final = Path("packages") / "azure-rehearsal" / "src"
STAGES: Final = (
    ("tests/golden",),
    ("tests/unit/test_settings.py", "tests/unit/test_conventions.py", "tests/unit/test_vm_sizes.py"),
    ("tests/unit", "tests/charts"),
    ("tests/rehearsal",),
)
"""What pytest runs, in this order: quick tests that notice much come first. The simulator's own tests are left out,
because they do not import the program.
"""
SECONDS: Final = 900
"""A stage that takes longer is stopped, and its mutant counts as noticed: it runs in circles."""


class MutationError(Exception):
    """Mutation testing cannot start; the message says what to do."""


class Outcome(enum.StrEnum):
    """How a mutant ended."""

    KILLED = "killed"
    SURVIVED = "survived"


@dataclass(frozen=True)
class Mutant:
    """One change of one file. `code` is the whole file after it."""

    path: str
    line: int
    operator: str
    code: str

    def change(self, project: Path) -> str:
        """The lines that go, with `-`, and those that come, with `+`, without indentation."""
        original = (project / self.path).read_text(encoding="utf-8")
        lines = difflib.unified_diff(original.splitlines(), self.code.splitlines(), n=0, lineterm="")
        return "\n".join(f"{line[0]} {line[1:].strip()}" for line in list(lines)[2:] if not line.startswith("@@"))


@dataclass(frozen=True)
class Result:
    """A mutant and what became of it. `change` is `Mutant.change`, `stage` the tests that failed."""

    path: str
    line: int
    operator: str
    change: str
    outcome: Outcome
    stage: str
    seconds: float


def source_files(project: Path) -> list[str]:
    """The files that are mutated, below the project."""
    return sorted(
        path.relative_to(project).as_posix() for package in MUTATED for path in (project / package).rglob("*.py")
    )


def choose(project: Path, count: int, seed: int) -> list[Mutant]:
    """Draws mutants. Raises `MutationError` where cosmic-ray is missing."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        raise MutationError(f"{ENVIRONMENT} is missing, which holds cosmic-ray. Run: {INSTALL}")
    program = Path(__file__).with_name("candidates.py")
    command = [str(python), str(program), "--count", str(count), "--seed", str(seed), *source_files(project)]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MutationError(f"Mutants cannot be chosen:\n{done.stderr.strip()}")
    return [Mutant(**json.loads(line)) for line in done.stdout.splitlines()]


@contextmanager
def copied(project: Path) -> Generator[Path]:
    """A copy of the repository's files, those that are not committed included; it is deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder)
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=project, capture_output=True, text=True, check=True,
        ).stdout.split("\0")  # fmt: skip
        for name in filter(None, listed):
            if (project / name).exists() or (project / name).is_symlink():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(project / name, copy / name, follow_symlinks=False)
        for environment in (".venv", ".venv-agent"):
            if (project / environment).exists():
                (copy / environment).symlink_to((project / environment).resolve())
        yield copy


def run_stage(copy: Path, tests: tuple[str, ...], *, write_bytecode: bool = False) -> tuple[bool, str]:
    """Whether these tests pass in the copy, and the end of what pytest printed."""
    environment = {**os.environ, "PYTHONPATH": str(copy / SIMULATOR)}
    # A mutant's bytecode must not outlive it.
    environment |= {} if write_bytecode else {"PYTHONDONTWRITEBYTECODE": "1"}
    existing = [path for path in tests if (copy / path).exists()]
    command = [str(copy / ".venv" / "bin" / "python"), "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *existing]
    with subprocess.Popen(
        command, cwd=copy, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            output, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return False, f"stopped after {SECONDS} s"
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    return process.returncode == 0, output[-4000:]


def check_baseline(copy: Path) -> None:
    """Runs all stages without a mutant. Raises `MutationError` when one fails: every mutant would seem noticed."""
    for tests in STAGES:
        passed, output = run_stage(copy, tests, write_bytecode=True)
        if not passed:
            raise MutationError(f"{' '.join(tests)} fails without any mutant. Fix that first:\n{output}")


def try_mutant(copy: Path, mutant: Mutant) -> Result:
    """Puts the mutant into the copy, runs the stages until one fails, and restores the file."""
    started, change = time.monotonic(), mutant.change(copy)
    target = copy / mutant.path
    original, status = target.read_bytes(), target.stat()
    target.write_text(mutant.code, encoding="utf-8")
    failed = ""
    try:
        for tests in STAGES:
            if not run_stage(copy, tests)[0]:
                failed = " ".join(tests)
                break
    finally:
        target.write_bytes(original)
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
    outcome = Outcome.KILLED if failed else Outcome.SURVIVED
    return Result(mutant.path, mutant.line, mutant.operator, change, outcome, failed, time.monotonic() - started)


def try_all(project: Path, mutants: Sequence[Mutant], keep: Callable[[Result], None]) -> None:
    """Tests the mutants one after the other and hands over each result."""
    with copied(project) as copy:
        check_baseline(copy)
        for mutant in mutants:
            keep(try_mutant(copy, mutant))
