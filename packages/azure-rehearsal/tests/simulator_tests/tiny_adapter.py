"""The adapter of the tiny program (`programs/tiny`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from azure_rehearsal.adapter import Adapter
from azure_rehearsal.engine.stack_file import stack_names


class TinyAdapter(Adapter):
    """All stacks are one environment. `check` validates stack files."""

    unprotected: Mapping[str, Any] = {"shop:protect": False}
    edits: Mapping[str, Any] = {"shop:generation": 2}

    def __init__(self, project: Path, check: Callable[[Path], list[str]] = lambda _: []) -> None:
        super().__init__(project)
        self._check = check

    def stacks(self, environment: str) -> list[str]:
        del environment
        return stack_names(self.project)

    def check(self, stack_file: Path) -> list[str]:
        return self._check(stack_file)
