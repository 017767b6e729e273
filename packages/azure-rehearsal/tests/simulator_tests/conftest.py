"""Fixtures for tests that start the Pulumi CLI. One start takes about a second, so runs are shared by the session."""

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
    """The tiny program in a directory of its own, where stack files can be edited."""
    shutil.copytree(PROGRAMS / "tiny", target, ignore=shutil.ignore_patterns("__pycache__", ".rehearsal"))
    return target


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The tiny program, copied."""
    return copied_program(tmp_path / "tiny")


@dataclass(frozen=True)
class Story:
    """One stack's life, told once: each run in the order of the fields."""

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
def story(cli: PulumiCli, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Runs the tiny program through everything that the tests look at."""
    base = tmp_path_factory.mktemp("a story with spaces")
    project, state = copied_program(base / "tiny"), base / "state"
    unprotected = {"voice:protect": False}
    with Rehearsal(project, "staging", state, cli=cli, open_backends=RandomBackends) as rehearsal:
        return Story(
            project=project,
            state=state,
            preview=rehearsal.preview(),
            first=rehearsal.up(),
            second=rehearsal.up(),
            refreshed=rehearsal.refresh(),
            new_generation=rehearsal.preview(config={"voice:generation": 2, **unprotected}),
            protected=rehearsal.up(config={"voice:generation": 2}),
            destroy_refused=rehearsal.destroy(),
            outputs=rehearsal.pulumi("stack", "output", "--json", "--show-secrets"),
            deployment=rehearsal.export(show_secrets=True),
            # Else the first refusal ends the run, and what else was begun by then depends on the machine.
            partly_refused=rehearsal.up(
                "--continue-on-error", config={"voice:refused": ["refused", "half"], **unprotected}
            ),
            after_refusal=rehearsal.export(),
            crashed=rehearsal.preview(config={"voice:crash": "now"}),
            destroyed=rehearsal.destroy(),
        )
