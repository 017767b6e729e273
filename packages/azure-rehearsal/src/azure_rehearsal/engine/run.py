"""What one command of the CLI did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from azure_rehearsal.engine.events import Diagnostic, Step

UNCHANGED: Final = frozenset({"same", "read"})
"""Operations that change nothing."""


@dataclass(frozen=True)
class Run:
    """One command of the CLI, done. `stdout` is empty when it went to the terminal. Secrets are masked in `outputs`."""

    stack: str
    command: tuple[str, ...]
    exit_code: int
    seconds: float
    stdout: str = ""
    stderr: str = ""
    operations: dict[str, int] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    outputs: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.exit_code == 0

    @property
    def text(self) -> str:
        return self.stdout + self.stderr

    @property
    def changes(self) -> dict[str, int]:
        """The operations that change something."""
        return {op: count for op, count in self.operations.items() if op not in UNCHANGED}

    @property
    def changing_steps(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.op not in UNCHANGED)

    @property
    def errors(self) -> dict[str, list[str]]:
        """The error texts by URN; under `""` those that concern no single resource."""
        found: dict[str, list[str]] = {}
        for diagnostic in self.diagnostics:
            if diagnostic.severity == "error":
                found.setdefault(diagnostic.urn, []).append(diagnostic.message)
        return found
