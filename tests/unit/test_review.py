"""`voice review`: the pages of a pull request. tests/rehearsal/test_review.py runs it on the real engine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.unit.stacks import PROJECT
from tests.unit.voice_command import run
from tools import review


def _pulumi(directory: Path, output: str, exit_code: int) -> None:
    program = directory / "pulumi"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{output}\nEND\nexit {exit_code}\n")
    program.chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return programs


def test_each_stack_gets_a_page_of_its_preview_on_azure(tmp_path: Path, path: Path) -> None:
    _pulumi(path, "Resources:\n    3 unchanged", 0)
    code, _ = run("review", "--azure", "--pages", str(tmp_path / "pages"))
    assert code == 0
    names = {page.name for page in (tmp_path / "pages").iterdir()}
    assert names == {f"azure-{file.name.split('.')[1]}.md" for file in PROJECT.glob("Pulumi.*.yaml")}
    text = (tmp_path / "pages" / "azure-prod.md").read_text()
    assert text == "## Preview of `prod` on Azure\n\n````\nResources:\n    3 unchanged\n\n````\n"


def test_a_failed_preview_fails_the_check_and_its_page_says_so(tmp_path: Path, path: Path) -> None:
    _pulumi(path, "error: no such host", 255)
    code, output = run("review", "--azure", "--pages", str(tmp_path / "pages"))
    assert code == 1
    assert "the preview of prod, prod-westeurope, prod-southeastasia, staging was refused" in output
    assert "## Failed preview of `prod` on Azure" in (tmp_path / "pages" / "azure-prod.md").read_text()


def test_a_page_is_shorter_than_a_comment_and_no_output_closes_its_fence(tmp_path: Path, path: Path) -> None:
    _pulumi(path, "````\n" + "x" * 100_000 + "\nthe summary", 0)
    assert run("review", "--azure", "--pages", str(tmp_path))[0] == 0
    text = (tmp_path / "azure-prod.md").read_text()
    assert review.PAGE_LIMIT < len(text) < 65_536
    assert text.count("````") == 2
    assert "characters omitted" in text
    assert "the summary" in text


def test_old_pages_are_removed(tmp_path: Path, path: Path) -> None:
    _pulumi(path, "", 0)
    (tmp_path / "gone.md").write_text("of a stack that no longer exists")
    assert run("review", "--azure", "--pages", str(tmp_path))[0] == 0
    assert not (tmp_path / "gone.md").exists()


def test_the_base_must_be_a_checkout(tmp_path: Path) -> None:
    code, output = run("review", "--base", str(tmp_path / "nowhere"))
    assert code == 2
    assert "nowhere has no Makefile. Expected: a checkout of this repository." in output
