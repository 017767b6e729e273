"""The platform, deployed once to a simulated Azure, for tests that plan edits on it."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from azure_rehearsal.reports.recording import recording_of
from azure_rehearsal.testing import made_once
from tests.unit.stacks import PRODUCTION, PROJECT


@contextmanager
def rehearsed(state: Path, cli: PulumiCli) -> Generator[Rehearsal]:
    """Class production in three zones."""
    with Rehearsal(
        PROJECT,
        "production",
        state,
        stack_file_path=PRODUCTION,
        cli=cli,
        checkpoints=False,
    ) as rehearsal:
        yield rehearsal


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory, cli: PulumiCli) -> Path:
    """A state directory in which the platform is deployed; copy it to change it."""

    def deploy(state: Path) -> None:
        with rehearsed(state, cli) as rehearsal:
            run = rehearsal.up()
            assert run.ok, run.text

    return made_once(tmp_path_factory, "production", deploy)


@pytest.fixture(scope="session")
def production(deployed: Path, cli: PulumiCli, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """The deployed platform, for plans only."""
    state = shutil.copytree(deployed, tmp_path_factory.mktemp("production") / "state")
    with rehearsed(state, cli) as rehearsal:
        yield rehearsal


@pytest.fixture
def own_production(deployed: Path, cli: PulumiCli, tmp_path: Path) -> Iterator[Rehearsal]:
    """A copy of the deployed platform that a test may change."""
    shutil.copytree(deployed, tmp_path / "state")
    with rehearsed(tmp_path / "state", cli) as rehearsal:
        yield rehearsal


@pytest.fixture(scope="session")
def recording(production: Rehearsal) -> list[dict[str, Any]]:
    """The recorded resources of the deployment."""
    return recording_of(production.export(show_secrets=True), ())
