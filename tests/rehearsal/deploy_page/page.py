"""The blocks of a page with commands, and their run in a shell."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.unit.stacks import PROJECT

DEPLOY: Final = PROJECT / "docs" / "deploy.md"
README: Final = PROJECT / "README.md"

_SUBSCRIPTION: Final = "6f3d7b1e-58a4-4c02-9d35-2b7c91e0a4f8"
PLACEHOLDERS: Final[Mapping[str, str]] = {
    "subscription": _SUBSCRIPTION,
    "tenant": "8a4f2c6d-0b17-4e93-a5d8-1f6e3c9b7d20",
    "principal": "b1c9e6d4-7f32-4a58-8e0b-5d2a6f4c3e71",
    "client-id": "2d9f7c15-6a3e-4b80-9c4d-e7a1b5f80362",
    "address": "20.42.7.9",
    "location": "eastus",
    "account": "contosopulumi",
    "vault": "kv-contoso-pulumi",
    "prefix": "contoso",
    "new-prefix": "fabri",
    "domain": "voice.contoso.com",
    "email": "operations@contoso.com",
    "carrier": "acme",
    "carrier-range": "54.172.60.0/30",
    "registry": "acrcontosostaging",
    "hub": f"/subscriptions/{_SUBSCRIPTION}/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub",
    "owner": "contoso",
    "repository": "voice",
}
"""Placeholder of a page -> the value of a company."""

_FENCE: Final = re.compile(r"^```(?P<language>\w*)$")
_PLACEHOLDER: Final = re.compile(r"<([a-z][a-z-]*)>")
_MODULES: Final = {"pulumi": "pulumi_command", "az": "az", "make": "other_commands", "voice": "other_commands"}


@dataclass(frozen=True)
class Block:
    """A fenced block: the heading above it, its language, its first line in the file, and its text."""

    heading: str
    language: str
    line: int
    text: str

    @property
    def script(self) -> str:
        """The text with values in place of placeholders. Raises `KeyError` for an unknown placeholder."""
        return _PLACEHOLDER.sub(lambda found: PLACEHOLDERS[found[1]], self.text)

    @property
    def commands(self) -> list[str]:
        return [line for line in self.text.splitlines() if line.strip()]


def blocks(page: Path) -> Iterator[Block]:
    """Yields the fenced blocks of a page, in order."""
    heading, language, start = "", "", 0
    lines: list[str] | None = None
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        fence = _FENCE.match(line.strip())
        if lines is not None and line.strip() == "```":
            yield Block(heading, language, start, "\n".join(lines) + "\n")
            lines = None
        elif lines is not None:
            lines.append(line)
        elif fence:
            language, start, lines = fence["language"], number + 1, []
        elif line.startswith("#"):
            heading = line.lstrip("# ")


def write_commands(folder: Path, project: Path) -> None:
    """Writes the commands that blocks find on PATH to `folder`, and `.venv/bin/voice` to `project`."""
    folder.mkdir()
    for name in ("pulumi", "az", "make"):
        _write_command(folder / name, name)
    environment = project / ".venv"
    if environment.is_symlink():
        environment.unlink()
        (environment / "bin").mkdir(parents=True)
        for part in ("lib", "pyvenv.cfg"):
            (environment / part).symlink_to(PROJECT / ".venv" / part)
        for program in (PROJECT / ".venv" / "bin").iterdir():
            if program.name != "voice":
                (environment / "bin" / program.name).symlink_to(program)
    _write_command(environment / "bin" / "voice", "voice")
    shutil.copy(PROJECT / "Makefile", project)


def _write_command(path: Path, name: str) -> None:
    module = f"{__package__}.{_MODULES[name]}"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} {name} "$@"\n', encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def run(block: Block, project: Path, commands: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs a block in `project` as a user's shell would, and stops at its first failure."""
    source = os.environ.get("PYTHONPATH", "")
    environment = {
        **os.environ,
        "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join([str(PROJECT), *([source] if source else [])]),
        "OPENAI_API_KEY": "sk-of-a-user",
        "DEPLOY_PAGE_COMMANDS": str(commands),
        **variables,
    }
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.script],
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
