"""The platform, deployed to a simulated Azure, for tests of what operators are shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from rehearsal.commands import check_settings
from rehearsal.engine import Rehearsal
from rehearsal.operations.change import Change
from rehearsal.operations.preview import preview
from rehearsal.pulumi_cli import PulumiCli
from rehearsal.recording import record
from tests.unit.stacks import PRODUCTION, PROJECT


@dataclass(frozen=True)
class Deployed:
    """A stack of class production in three zones. `first` was planned when there was nothing."""

    first: Change
    recording: list[dict[str, Any]]
    rehearsal: Rehearsal


@pytest.fixture(scope="session")
def deployed(cli: PulumiCli, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    state = tmp_path_factory.mktemp("operations")
    with Rehearsal(
        PROJECT, "production", state, stack_file_path=PRODUCTION, check=check_settings, cli=cli
    ) as rehearsal:
        first = preview(rehearsal)
        run = rehearsal.up()
        assert run.ok, run.text
        recording = record(rehearsal.export(show_secrets=True), run.steps)
        yield Deployed(first, recording, rehearsal)
