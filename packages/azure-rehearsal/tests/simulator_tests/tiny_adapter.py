"""What a rehearsal is told about the tiny program (`programs/tiny`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from azure_rehearsal.adapter import Adapter
from azure_rehearsal.engine.stack_file import stack_names


class TinyAdapter(Adapter):
    """All of its stacks are one environment. `check` is asked about stack files."""

    unprotected: Mapping[str, Any] = {"voice:protect": False}
    edits: Mapping[str, Any] = {"voice:generation": 2}

    def __init__(self, project: Path, check: Callable[[Path], list[str]] = lambda _: []) -> None:
        super().__init__(project)
        self._check = check

    def stacks(self, environment: str) -> list[str]:
        del environment
        return stack_names(self.project)

    def check(self, stack_file: Path) -> list[str]:
        return self._check(stack_file)
