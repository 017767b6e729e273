"""Builds of programs from pinned Go modules, with a fake `go`. `test_pulumi_cli.py` tests the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from azure_rehearsal.engine.go_tool import GoTool
from azure_rehearsal.errors import UsageError

GO = """#!/bin/sh
echo "$@" >"$PWD/arguments"
while [ "$1" != "-o" ]; do shift; done
echo program >"$2"
"""


def tool(folder: Path, requirement: str = "example.com/module") -> GoTool:
    folder.mkdir(exist_ok=True)
    (folder / "go.mod").write_text(f"module m\n\nrequire {requirement} v1.2.3\n")
    (folder / "go.sum").write_text("sums\n")
    return GoTool(
        name="program",
        title="test program",
        module=folder,
        requirement="example.com/module",
        package="example.com/module/cmd",
        duration="a moment",
        remediation="Install it.",
    )


def test_a_tool_has_its_own_directory_and_gets_a_version_only_if_it_has_a_variable(tmp_path: Path) -> None:
    (tmp_path / "go").write_text(GO)
    (tmp_path / "go").chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/bin:/usr/bin", "AZURE_REHEARSAL_CACHE": str(tmp_path / "cache")}
    made = tool(tmp_path / "module")
    lines: list[str] = []
    built = made.built(environment, "Go is missing.", lines.append)
    assert built == made.executable(environment)
    assert built.parent.parent == tmp_path / "cache" / "program"
    assert built.parent.name.startswith("v1.2.3-")
    assert "-ldflags -s -w -o" in (tmp_path / "module" / "arguments").read_text()
    assert lines[0] == "Building the test program v1.2.3 from its Go module: only once, a moment."


def test_without_go_the_error_is_the_text_of_the_caller(tmp_path: Path) -> None:
    environment = {"PATH": str(tmp_path), "AZURE_REHEARSAL_CACHE": str(tmp_path / "cache")}
    with pytest.raises(UsageError, match=r"^Go is missing\.$"):
        tool(tmp_path / "module").built(environment, "Go is missing.")


def test_a_module_without_the_requirement_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"does not require example\.com/module: restore the file"):
        tool(tmp_path / "module", "example.com/other").version()
