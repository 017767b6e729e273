"""The result of one CLI command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from azure_rehearsal.engine.events import Diagnostic, Step
from azure_rehearsal.protocol.provider import RetryWait
from azure_rehearsal.remedies import no_remedy

UNCHANGED: Final = frozenset({"same", "read"})
"""Operations without a change."""


@dataclass(frozen=True)
class Run:
    """One finished CLI command. `stdout` is empty if it went to the terminal. `outputs` has masked secrets.

    `remedy_for` gives the project's remediation for a failure code (`azure_rehearsal.adapter.Adapter.remedy_for`).
    """

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
    retry_waits: tuple[RetryWait, ...] = ()
    remedy_for: Callable[[str], str] = field(default=no_remedy, repr=False, compare=False)

    @property
    def ok(self) -> bool:
        return self.exit_code == 0

    @property
    def text(self) -> str:
        return self.stdout + self.stderr

    @property
    def changes(self) -> dict[str, int]:
        """The number of steps for each operation that makes a change."""
        return {op: count for op, count in self.operations.items() if op not in UNCHANGED}

    @property
    def changing_steps(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.op not in UNCHANGED)

    @property
    def errors(self) -> dict[str, list[str]]:
        """The error texts by URN; `""` has those that do not concern a single resource."""
        found: dict[str, list[str]] = {}
        for diagnostic in self.diagnostics:
            if diagnostic.severity == "error":
                found.setdefault(diagnostic.urn, []).append(diagnostic.message)
        return found
