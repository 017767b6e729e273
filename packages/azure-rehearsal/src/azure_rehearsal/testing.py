"""Helpers for test suites that rehearse a project with pytest.

Installed programs, state that a run shares, the facts of the simulated subscription, and its REST front.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.subscription import FILE, Subscription
from azure_rehearsal.azure.rest.server import Front, serving
from azure_rehearsal.engine.backends import CLOUD_FILE
from azure_rehearsal.engine.pulumi_cli import PulumiCli, find
from azure_rehearsal.engine.state_directory import BACKENDS
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


@contextmanager
def arm_endpoint(state_directory: Path, client: Client | None = None) -> Generator[str]:
    """Serves the simulated Azure of a state directory over ARM's REST API and yields the base URL.

    The directory can be empty: nothing is deployed then. `client` is the client that signs in: its subscription is the
    only one, its tenant owns it, and its object id is the deployer. Without it every subscription id exists. A
    registration of a resource provider is kept in the directory, and `Rehearsal.up` with the same directory sees it.
    """
    with serving(Front(state_directory / BACKENDS / CLOUD_FILE, client)) as url:
        yield url


@contextmanager
def subscription_of(state_directory: Path) -> Generator[Subscription]:
    """The facts of the subscription of a state directory. Changes are kept when the block ends."""
    facts = Subscription.open(state_directory / BACKENDS / FILE)
    yield facts
    facts.save()
