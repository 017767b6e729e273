"""`voice review` on the real engine: a page shows what a change does to what the target branch deployed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rehearsal.projects import copied_project
from tests.unit.voice_command import run

pytestmark = pytest.mark.exhaustive


def _checkout(target: Path) -> Path:
    """A checkout with staging only, and the part of the Makefile that a review needs."""
    project = copied_project(target)
    for file in project.glob("Pulumi.prod*.yaml"):
        file.unlink()
    command = ".venv/bin/python -m azure_rehearsal up --env $(ENV) $(ARGS)"
    (project / "Makefile").write_text(f"up:\n\t@{command}\n")
    (project / "tools").symlink_to(Path(__file__).resolve().parents[2] / "tools")
    return project


def _edit(project: Path, change: Callable[[str], str]) -> None:
    file = project / "Pulumi.staging.yaml"
    before = file.read_text()
    after = change(before)
    assert after != before
    file.write_text(after)


def test_a_page_shows_only_the_operations_of_the_change(tmp_path: Path) -> None:
    base, change = _checkout(tmp_path / "base"), _checkout(tmp_path / "change")
    _edit(change, lambda text: text.replace("  voice:aks:\n", "  voice:aks:\n    autoscaler: {scanInterval: 20s}\n"))
    code, output = run("review", "--base", str(base), "--pages", str(tmp_path / "pages"), "--project", str(change))
    assert code == 0, output
    page = (tmp_path / "pages" / "staging.md").read_text()
    assert page.startswith("## Planned change of `staging`")
    assert "\n1 updated, " in page


def test_the_page_of_a_refused_change_has_the_reasons(tmp_path: Path) -> None:
    change = _checkout(tmp_path / "change")
    _edit(change, lambda text: text.replace("voice:environment: staging", "voice:environment: staging\n  voice:x: 1"))
    code, output = run("review", "--pages", str(tmp_path / "pages"), "--project", str(change))
    assert code == 1
    page = (tmp_path / "pages" / "staging.md").read_text()
    assert page.startswith("## Refused change of `staging`")
    assert "voice:x" in page
    assert "voice:x" in output
