"""Waits on the real engine: the error hooks of the platform, and conflicts that the provider retries."""

from __future__ import annotations

from pathlib import Path

import pytest

from azure_rehearsal.engine.backends import Backends
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.outcome import Outcome
from azure_rehearsal.engine.pulumi_cli import PulumiCli

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive]

PROGRAM = Path(__file__).with_name("programs") / "waits"


def test_a_creation_is_repeated_until_its_prerequisite_has_taken_effect(cli: PulumiCli, tmp_path: Path) -> None:
    with Rehearsal(PROGRAM, "patient", tmp_path, cli=cli) as rehearsal:
        first = rehearsal.up()
        second = rehearsal.up()
        destroyed = rehearsal.destroy()

    assert first.ok, first.text
    assert [item.message for item in first.diagnostics] == ["retrying create due to on-error hook request (1/100)"]
    assert second.ok, second.text
    assert second.changes == {}
    assert destroyed.ok, destroyed.text


def test_without_the_wait_the_first_deployment_fails_and_the_second_succeeds(cli: PulumiCli, tmp_path: Path) -> None:
    with Rehearsal(PROGRAM, "hasty", tmp_path, cli=cli) as rehearsal:
        first = rehearsal.up()
        second = rehearsal.up()

    assert not first.ok
    assert "ResourceGroupNotFound: Resource group 'NetworkWatcherRG' could not be found." in first.text
    assert second.ok, second.text


def test_a_conflict_that_the_provider_retries_becomes_a_note(cli: PulumiCli, tmp_path: Path) -> None:
    """Two subnets at once: Azure takes one write of a network at a time."""
    with Rehearsal(PROGRAM, "patient", tmp_path, cli=cli) as rehearsal:
        assert isinstance(rehearsal.backends, Backends)
        rehearsal.backends.cloud.write_seconds = 0.5
        run = rehearsal.up()
    outcome = Outcome("up")
    outcome.add(run)

    assert run.ok, run.text
    (wait,) = run.retry_waits
    assert wait.urn.endswith(("::subnet-0", "::subnet-1"))
    assert outcome.ok
    (note,) = outcome.notes
    assert "waits up to 20 s on Azure, because the provider retries AnotherOperationInProgress" in note
    assert "depends_on" in note
