"""The production environment: three regions as three stacks in one simulated cloud, deployed once and copied."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from azure_rehearsal.chaos.faults import Faults
from azure_rehearsal.chaos.outage import locations
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from azure_rehearsal.engine.run import Run
from azure_rehearsal.engine.state_directory import StateDirectory
from azure_rehearsal.testing import made_once
from tests.rehearsal.platform.plans import changes
from tests.rehearsal.projects import copied_project

STACKS = ("prod", "prod-westeurope", "prod-southeastasia")
"""The stacks in their order of deployment."""


@dataclass(frozen=True)
class Environment:
    """The environment's stack files, which a test may edit, and the simulated cloud that its stacks share."""

    project: Path
    directory: StateDirectory
    cli: PulumiCli

    def stack(self, name: str, *down: str) -> Rehearsal:
        """One stack; the locations in `down` do not answer."""
        return Rehearsal(
            self.project,
            name,
            self.directory,
            cli=self.cli,
            checkpoints=False,
            faults=Faults(unreachable=locations(list(down))),
        )

    def deploy(self, name: str, *down: str, config: dict[str, Any] | None = None) -> dict[str, list[str]]:
        """Deploys a stack and returns the changes. Fails if the deployment fails."""
        return self.done(self.stack(name, *down).up(config=config))

    def planned(self, name: str, config: dict[str, Any] | None = None) -> dict[str, list[str]]:
        """The changes that a plan of the stack shows."""
        return self.done(self.stack(name).preview(config=config))

    def done(self, run: Run) -> dict[str, list[str]]:
        """The changes of a run. Fails if the run failed."""
        assert run.ok, run.text
        return changes(run)

    def write(self, stack: str, settings: dict[str, Any]) -> None:
        """Writes the settings of a stack, each with the prefix `voice:`."""
        config = {f"voice:{name}": value for name, value in settings.items()}
        self._file(stack).write_text(yaml.safe_dump({"config": config}, sort_keys=False))

    def settings(self, stack: str) -> dict[str, Any]:
        """The settings in the stack's file, without those of its base."""
        config = yaml.safe_load(self._file(stack).read_text())["config"]
        return {key.removeprefix("voice:"): value for key, value in config.items()}

    def edit(self, stack: str, **sections: Any) -> None:
        """Sets sections in a stack's file."""
        self.write(stack, {**self.settings(stack), **sections})

    def forget(self, stack: str) -> None:
        """Deletes a stack's file."""
        self._file(stack).unlink()

    def _file(self, stack: str) -> Path:
        return self.project / f"Pulumi.{stack}.yaml"

    def exists(self, words: str) -> list[str]:
        """The ids of resources that contain these words, without those that Azure retains after deletion."""
        return [id for id in self.directory.backends.leftovers() if words in id]

    def cloud(self) -> dict[str, Any]:
        """The simulated Azure as saved on disk."""
        self.directory.backends.save()
        return json.loads((self.directory.directory / "world" / "azure.json").read_text())


@pytest.fixture(scope="session")
def deployed_environment(tmp_path_factory: pytest.TempPathFactory, cli: PulumiCli) -> Path:
    """A state directory in which all stacks are deployed; copy it to change it."""

    def deploy(base: Path) -> None:
        base.mkdir()
        with StateDirectory(base / "state") as directory:
            environment = Environment(copied_project(base / "project"), directory, cli)
            for stack in STACKS:
                environment.deploy(stack)

    return made_once(tmp_path_factory, "environment", deploy) / "state"


@pytest.fixture
def environment(deployed_environment: Path, tmp_path: Path, cli: PulumiCli) -> Iterator[Environment]:
    """A copy of the deployed environment that a test may change."""
    shutil.copytree(deployed_environment, tmp_path / "state")
    with StateDirectory(tmp_path / "state") as directory:
        yield Environment(copied_project(tmp_path / "project"), directory, cli)
