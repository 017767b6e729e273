"""Fixtures for tests that start the Pulumi CLI. One start takes about a second, so the session shares the runs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from azure_rehearsal.engine.run import Run
from simulator_tests.fake_backends import RandomBackends

PROGRAMS = Path(__file__).with_name("programs")


def copied_program(target: Path) -> Path:
    """Copies the tiny program into a new directory, so that the test can edit its stack files."""
    shutil.copytree(PROGRAMS / "tiny", target, ignore=shutil.ignore_patterns("__pycache__", ".rehearsal"))
    return target


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A copy of the tiny program."""
    return copied_program(tmp_path / "tiny")


@dataclass(frozen=True)
class StackLifecycle:
    """The runs of one stack, in the order of the fields."""

    project: Path
    state: Path
    preview: Run
    first: Run
    second: Run
    refreshed: Run
    new_generation: Run
    protected: Run
    destroy_refused: Run
    outputs: Run
    deployment: dict
    partly_refused: Run
    after_refusal: dict
    crashed: Run
    destroyed: Run


@pytest.fixture(scope="session")
def lifecycle(cli: PulumiCli, tmp_path_factory: pytest.TempPathFactory) -> StackLifecycle:
    """Runs the tiny program through its whole lifecycle."""
    base = tmp_path_factory.mktemp("a path with spaces")
    project, state = copied_program(base / "tiny"), base / "state"
    unprotected = {"shop:protect": False}
    with Rehearsal(project, "staging", state, cli=cli, open_backends=RandomBackends) as rehearsal:
        return StackLifecycle(
            project=project,
            state=state,
            preview=rehearsal.preview(),
            first=rehearsal.up(),
            second=rehearsal.up(),
            refreshed=rehearsal.refresh(),
            new_generation=rehearsal.preview(config={"shop:generation": 2, **unprotected}),
            protected=rehearsal.up(config={"shop:generation": 2}),
            destroy_refused=rehearsal.destroy(),
            outputs=rehearsal.pulumi("stack", "output", "--json", "--show-secrets"),
            deployment=rehearsal.export(show_secrets=True),
            # Without the option, the first refusal ends the run, and the operations started by then depend on timing.
            partly_refused=rehearsal.up(
                "--continue-on-error", config={"shop:refused": ["refused", "half"], **unprotected}
            ),
            after_refusal=rehearsal.export(),
            crashed=rehearsal.preview(config={"shop:crash": "now"}),
            destroyed=rehearsal.destroy(),
        )
