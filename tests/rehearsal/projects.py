"""Copies of the project, for tests that edit stack files."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.unit.stacks import PROJECT


def copied_project(target: Path) -> Path:
    """Copies the program and its stack files to `target`, where tests can edit them."""
    target.mkdir()
    for path in (PROJECT / "__main__.py", PROJECT / "pyproject.toml", *PROJECT.glob("Pulumi*.yaml")):
        shutil.copy(path, target)
    for folder in ("charts", "components", "model", "settings"):
        shutil.copytree(PROJECT / folder, target / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (target / ".venv").symlink_to(PROJECT / ".venv")  # Pulumi's language host looks for Python here
    return target
