"""The platform, deployed to a simulated Azure, for tests of the output for operators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from azure_rehearsal.reports.change import Change
from azure_rehearsal.reports.preview import preview
from azure_rehearsal.reports.recording import recording_of
from tests.unit.stacks import PRODUCTION, PROJECT


@dataclass(frozen=True)
class Deployed:
    """A stack of class production in three zones. `first` is the plan before the first deployment."""

    first: Change
    recording: list[dict[str, Any]]
    rehearsal: Rehearsal


@pytest.fixture(scope="session")
def deployed(cli: PulumiCli, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    state = tmp_path_factory.mktemp("operations")
    with Rehearsal(PROJECT, "production", state, stack_file_path=PRODUCTION, cli=cli) as rehearsal:
        first = preview(rehearsal)
        run = rehearsal.up()
        assert run.ok, run.text
        recording = recording_of(rehearsal.export(show_secrets=True), run.steps)
        yield Deployed(first, recording, rehearsal)
