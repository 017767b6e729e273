"""The runbook for killed deployments and the recovery of chaos runs agree."""

from __future__ import annotations

from tests.unit.stacks import PROJECT
from tools.rehearsal_adapter import RUNBOOK


def test_the_recovery_follows_the_runbook() -> None:
    """The page has each command of the module, in the same order."""
    page = (PROJECT / RUNBOOK).read_text()
    positions = [page.index(f"pulumi {command}") for command in ("cancel", "preview --import-file", "import --file")]
    assert positions == sorted(positions)
    assert "pulumi refresh --clear-pending-creates" in page
