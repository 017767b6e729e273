"""Helpers for test suites that rehearse a project with pytest: installed programs, and state that a run shares."""

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
    """The result of `find`. If it raises `UsageError`, the test is skipped, or fails with REHEARSAL_REQUIRED=1 (CI)."""
    try:
        return find()
    except UsageError as missing:
        if os.environ.get("REHEARSAL_REQUIRED") == "1":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def cli() -> PulumiCli:
    """The Pulumi CLI. A `conftest.py` imports this fixture."""
    return installed(find)


def made_once(temporary: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A directory that the processes of a test run share. The first process that needs it fills it with `make`.

    Tests must not change it; they copy it.
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
