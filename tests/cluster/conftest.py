"""A committed stack, deployed once to a simulated Azure with a real Kubernetes behind it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rehearsal.cluster_choice import ClusterChoice, choose
from rehearsal.commands import check_settings
from rehearsal.engine import Rehearsal
from rehearsal.errors import UsageError
from rehearsal.kubernetes.real import programs
from rehearsal.kubernetes.real.programs import Programs
from rehearsal.kubernetes.real.real_clusters import LiveCluster
from rehearsal.pulumi_cli import PulumiCli, find
from rehearsal.run import Run
from rehearsal.world import World
from tests.cluster.asking import the_cluster
from tests.unit.stacks import PROJECT


def real_world(directory: Path) -> World:
    """A world with real clusters."""
    choose(directory, ClusterChoice.REAL)
    return World.open(directory)


@dataclass
class Deployed:
    """A stack that was deployed twice, still open."""

    rehearsal: Rehearsal
    first: Run
    second: Run

    @property
    def world(self) -> World:
        world = self.rehearsal.world
        assert isinstance(world, World)
        return world

    @property
    def cluster(self) -> LiveCluster:
        return the_cluster(self.world)


@pytest.fixture(scope="session")
def built() -> Programs:
    """The programs. Without Go tests are skipped, or failed where REHEARSAL_REQUIRED=1 (as in CI)."""
    try:
        return programs.built()
    except UsageError as missing:
        if os.environ.get("REHEARSAL_REQUIRED") == "1":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def cli() -> PulumiCli:
    """The Pulumi CLI, as `tests/rehearsal` has it."""
    try:
        return find()
    except UsageError as missing:
        if os.environ.get("REHEARSAL_REQUIRED") == "1":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def staging(built: Programs, cli: PulumiCli, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Staging as its committed file says, deployed and deployed again. `test_the_end.py` destroys it."""
    assert built.api_server.exists()
    state = tmp_path_factory.mktemp("staging") / "state"
    with Rehearsal(
        PROJECT, "staging", state, check=check_settings, cli=cli, open_world=real_world, checkpoints=False
    ) as rehearsal:
        first = rehearsal.up()
        assert first.ok, first.text
        yield Deployed(rehearsal, first, rehearsal.up())


@pytest.fixture(scope="session")
def production(built: Programs, cli: PulumiCli, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveCluster]:
    """The cluster of production's first region, as its committed file says."""
    assert built.api_server.exists()
    state = tmp_path_factory.mktemp("production") / "state"
    with Rehearsal(
        PROJECT, "prod", state, check=check_settings, cli=cli, open_world=real_world, checkpoints=False
    ) as rehearsal:
        run = rehearsal.up()
        assert run.ok, run.text
        assert isinstance(rehearsal.world, World)
        yield the_cluster(rehearsal.world)


@pytest.fixture
def cluster(staging: Deployed) -> LiveCluster:
    """The cluster of staging."""
    return staging.cluster
