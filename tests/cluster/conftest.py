"""A committed stack, deployed once to a simulated Azure with a real Kubernetes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from azure_rehearsal.engine.backends import Backends
from azure_rehearsal.engine.cluster_choice import ClusterChoice, choose
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from azure_rehearsal.engine.run import Run
from azure_rehearsal.engine.state_directory import StateDirectory
from azure_rehearsal.kubernetes.real import programs
from azure_rehearsal.kubernetes.real.programs import Programs
from azure_rehearsal.kubernetes.real.real_clusters import RunningCluster
from azure_rehearsal.testing import installed
from tests.cluster.cluster_queries import only_cluster
from tests.cluster.pages import WRITE, Pages
from tests.cluster.production import Region
from tests.unit.stacks import PROJECT
from tools.rehearsal_adapter import VoiceAdapter


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(WRITE, action="store_true", help="write the data of docs pages that tests verify")


@pytest.fixture(scope="session")
def pages(request: pytest.FixtureRequest) -> Pages:
    """The data of pages in `docs` that these tests verify, or write with `--write-pages`."""
    return Pages(write=request.config.getoption(WRITE))


def real_world(directory: Path) -> Backends:
    """A world with real clusters."""
    choose(directory, ClusterChoice.REAL)
    return Backends.open(directory)


@dataclass
class Deployed:
    """A stack that was deployed twice, still open."""

    rehearsal: Rehearsal
    first: Run
    second: Run

    @property
    def world(self) -> Backends:
        world = self.rehearsal.backends
        assert isinstance(world, Backends)
        return world

    @property
    def cluster(self) -> RunningCluster:
        return only_cluster(self.world)


@pytest.fixture(scope="session")
def built() -> Programs:
    """The programs of a control plane."""
    return installed(programs.built)


@pytest.fixture(scope="session")
def staging(built: Programs, cli: PulumiCli, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The committed stack staging, deployed twice. `test_teardown.py` destroys it."""
    assert built.api_server.exists()
    state = tmp_path_factory.mktemp("staging") / "state"
    with Rehearsal(PROJECT, "staging", state, cli=cli, open_backends=real_world, checkpoints=False) as rehearsal:
        first = rehearsal.up()
        assert first.ok, first.text
        yield Deployed(rehearsal, first, rehearsal.up())


@pytest.fixture(scope="module")
def production(built: Programs, cli: PulumiCli, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Region]]:
    """The regions of production in one world, in order of deployment; the pods for their calls are starting.

    For one module only: three control planes slow down concurrent tests.
    """
    assert built.api_server.exists()
    directory = StateDirectory(tmp_path_factory.mktemp("production") / "state", real_world)
    with directory:
        regions: list[Region] = []
        for stack in VoiceAdapter(PROJECT).stacks("prod"):
            rehearsal = Rehearsal(PROJECT, stack, directory, cli=cli, checkpoints=False)
            run = rehearsal.up()
            assert run.ok, run.text
            assert isinstance(directory.backends, Backends)
            region = Region.of(directory.backends, stack)
            region.fill()
            regions.append(region)
        yield regions


@pytest.fixture
def cluster(staging: Deployed) -> RunningCluster:
    """The cluster of staging."""
    return staging.cluster
