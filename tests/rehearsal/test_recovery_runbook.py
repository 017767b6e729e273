"""The runbook for killed deployments and the recovery that the chaos runs try."""

from __future__ import annotations

from tests.unit.stacks import PROJECT
from tools.rehearsal_adapter import RUNBOOK


def test_the_recovery_follows_the_runbook() -> None:
    """Each command of the module stands on the page, in the same order."""
    page = (PROJECT / RUNBOOK).read_text()
    told = [page.index(f"pulumi {command}") for command in ("cancel", "preview --import-file", "import --file")]
    assert told == sorted(told)
    assert "pulumi refresh --clear-pending-creates" in page
