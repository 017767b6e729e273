"""An agent's image as LiveKit's starter project for Python builds it, without a container engine.

Owns the tree of the image: a uv project in its own folder with a virtual environment and the program `src/agent.py`.
Does not own the pod that runs it.

Differences from an image: the packages are those of `.venv-agent`, and the user may read every file, because this
machine's Python can be in a folder that only root can read.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

from tests.voice.agent import PROGRAM
from tests.voice.programs import AGENT_PYTHON, ROOT

UV: Final = ROOT / ".venv" / "bin" / "uv"
USER: Final = "10001"
PROJECT: Final = """
[project]
name = "agent"
version = "0.1.0"
requires-python = ">=3.11"

[dependency-groups]
dev = ["checks"]

[tool.uv.sources]
checks = {path = "checks"}
"""
CHECKS: Final = """
[project]
name = "checks"
version = "0.1.0"
"""
"""A package for developers. Images omit it, as `uv sync --no-dev` does; `uv run` would install it."""
READ_ONLY: Final = """
mount --bind "$1" "$1"
mount -o remount,bind,ro /
cd "$2"
user="$3"
shift 3
exec setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs \
  --inh-caps=-all,+dac_read_search --ambient-caps=+dac_read_search "$@"
"""
"""Runs a command in a folder as a user, on a read-only root. One folder and earlier mounts stay writable."""


class AgentImage:
    """The tree of an image in a folder."""

    def __init__(self, folder: Path) -> None:
        self._app = folder
        (folder / "src").mkdir(parents=True)
        (folder / "pyproject.toml").write_text(PROJECT)
        (folder / "checks").mkdir()
        (folder / "checks" / "pyproject.toml").write_text(CHECKS)
        shutil.copy(PROGRAM, folder / "src" / "agent.py")
        cache = folder.with_name("cache")
        for command in (["lock"], ["venv", "--python", str(AGENT_PYTHON)]):
            subprocess.run(
                [str(UV), *command, "--offline", "--cache-dir", str(cache)],
                cwd=folder, check=True, capture_output=True, timeout=60,
            )  # fmt: skip
        (packages,) = AGENT_PYTHON.parent.parent.glob("lib/python*/site-packages")
        (own,) = (folder / ".venv").glob("lib/python*/site-packages")
        (own / "agent.pth").write_text(f"{packages}\n")

    def command(self, *words: str, writable: Path) -> list[str]:
        """A command of the image as the pod runs it: user 10001, read-only root. Tests write to `writable`."""
        writable.chmod(0o777)
        return ["sh", "-ec", READ_ONLY, "sh", str(writable), str(self._app), USER, *words]
