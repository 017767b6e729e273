"""The result of a command on one or several stacks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from azure_rehearsal.engine.run import Run
from azure_rehearsal.reports.failures import Failure, failures_of


@dataclass
class Outcome:
    """The runs of a command and the findings about them. The command fills it step by step.

    `expected` are runs that had to be refused and were. `problems` are sentences about wrong results of successful
    runs. `notes` are sentences about injected faults, retried conflicts and other remarks. `leftovers` are the
    resources that still exist after the destroy.
    """

    command: str
    runs: list[Run] = field(default_factory=list)
    expected: list[Run] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, run: Run) -> Run:
        self.runs.append(run)
        self.notes += [f"{run.stack}: {wait.hint}" for wait in run.retry_waits]
        if run.ok and run.outputs and run.command[0] == "up":
            self.outputs[run.stack] = run.outputs
        return run

    def add_unready(self, lines: list[str]) -> None:
        """Adds a problem for each deployed object that does not become ready."""
        self.problems += [f"deployed, but not ready: {line}" for line in lines]

    def add_orphans(self, lines: list[str]) -> None:
        """Adds orphans of clusters: as leftovers after a destroy, else as notes."""
        texts = [f"orphan of a cluster in Azure: {line}" for line in lines]
        if self.command == "destroy":
            self.leftovers += texts
        else:
            self.notes += texts

    def add_expected(self, run: Run) -> None:
        self.runs.append(run)
        self.expected.append(run)

    @property
    def failures(self) -> list[Failure]:
        return [failure for run in self.runs if run not in self.expected for failure in failures_of(run)]

    @property
    def ok(self) -> bool:
        return not self.problems and not self.leftovers and all(run.ok or run in self.expected for run in self.runs)

    @property
    def exit_code(self) -> int:
        return 0 if self.ok else 1
