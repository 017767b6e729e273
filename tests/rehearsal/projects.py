"""The project in a directory of its own, for tests that edit stack files."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.unit.stacks import PROJECT


def copied_project(target: Path) -> Path:
    """The program with its stack files, where these can be edited."""
    target.mkdir()
    for path in (PROJECT / "__main__.py", PROJECT / "pyproject.toml", *PROJECT.glob("Pulumi*.yaml")):
        shutil.copy(path, target)
    for folder in ("charts", "components", "model", "settings"):
        shutil.copytree(PROJECT / folder, target / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (target / ".venv").symlink_to(PROJECT / ".venv")  # where Pulumi's own language host looks for Python
    return target
