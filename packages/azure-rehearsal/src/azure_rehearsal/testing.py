"""For test suites that rehearse a project with pytest: what a machine has or builds, and state made once in a run."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from azure_rehearsal.engine.pulumi_cli import PulumiCli, find
from azure_rehearsal.errors import UsageError

Found = TypeVar("Found")


def installed(find: Callable[[], Found]) -> Found:
    """What `find` finds. Where it raises `UsageError` the test is skipped, or fails with REHEARSAL_REQUIRED=1 (CI)."""
    try:
        return find()
    except UsageError as missing:
        if os.environ.get("REHEARSAL_REQUIRED") == "1":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def cli() -> PulumiCli:
    """The Pulumi CLI; a `conftest.py` imports this fixture."""
    return installed(find)


def made_once(temporary: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A directory that the first process of a test run to ask for it makes, and the others find made.

    Nobody may change it: copy it.
    """
    base = temporary.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    directory, made = shared / name, shared / f"{name}-made"
    with (shared / f"{name}-lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(directory, ignore_errors=True)
            make(directory)
            made.touch()
    return directory
