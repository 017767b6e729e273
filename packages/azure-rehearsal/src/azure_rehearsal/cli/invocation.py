"""One invocation of `azure-rehearsal`: its stacks, its state directory, its output and its exit code.

Exit codes: 0 as expected, 1 refused, 2 wrong usage or settings, 130 interrupted.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import typer
from rich.console import Console
from rich.text import Text

from azure_rehearsal.adapter import Adapter, load
from azure_rehearsal.chaos.faults import Faults
from azure_rehearsal.cli.fault_options import FaultOptions
from azure_rehearsal.cli.options import StackOptions
from azure_rehearsal.cli.subscription_options import SubscriptionOptions
from azure_rehearsal.engine.backends import Backends, BackendsProtocol
from azure_rehearsal.engine.cli_process import Display, Terminated
from azure_rehearsal.engine.cluster_choice import ClusterChoice, choose
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.outcome import Outcome
from azure_rehearsal.engine.run import Run
from azure_rehearsal.engine.state_directory import StateDirectory
from azure_rehearsal.errors import UsageError
from azure_rehearsal.reports import diagram, markdown, recording, report, terminal
from azure_rehearsal.reports.change import Change
from azure_rehearsal.reports.cost import monthly_cost
from azure_rehearsal.reports.duration import wall_time
from azure_rehearsal.reports.preview import preview as preview_with_forecast

USAGE: Final = 2
INTERRUPTED: Final = 130
RUNS_PROGRAM: Final = frozenset({"preview", "up", "rehearse"})


@dataclass(frozen=True)
class Wiring:
    """The dependencies of the commands. Tests replace the backends and the adapter."""

    open_backends: Callable[[Path], BackendsProtocol] = Backends.open
    adapter: Callable[[Path], Adapter] = load


@dataclass
class Invocation:
    """One command with its options. Collects the recording and the planned changes for the final output."""

    wiring: Wiring
    command: str
    where: StackOptions
    json: bool = False
    record: Path | None = None
    markdown: Path | None = None
    diagram: Path | None = None
    fault_options: FaultOptions = field(default_factory=FaultOptions)
    subscription: SubscriptionOptions = field(default_factory=SubscriptionOptions)
    cluster: ClusterChoice | None = None
    faults: Faults = field(default_factory=Faults)
    recording_entries: list[dict[str, Any]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @functools.cached_property
    def adapter(self) -> Adapter:
        """The project's adapter. Raises `UsageError`."""
        return self.wiring.adapter(self.where.project_directory)

    @property
    def console(self) -> Console:
        return Console(stderr=self.json, highlight=False)

    @contextmanager
    def rehearsals(self, state: Path, checkpoints: bool = True) -> Generator[tuple[StateDirectory, list[Rehearsal]]]:
        """The selected stacks in deployment order, in one open state directory. `checkpoints`: see `Rehearsal`."""
        stacks, overrides = self.where.stacks(self.adapter), self.where.overrides()
        self.faults = self.fault_options.plan()
        directory = StateDirectory(state, self._open_backends)
        rehearsals = [
            Rehearsal(
                self.where.project_directory,
                stack,
                directory,
                display=Display.STDERR if self.json else Display.TERMINAL,
                overrides=overrides,
                adapter=self.adapter,
                faults=self.faults,
                checkpoints=checkpoints,
            )
            for stack in stacks
        ]
        if self.command in RUNS_PROGRAM:
            for rehearsal in rehearsals:
                rehearsal.check_settings()  # all stacks, before the directory is created
        with directory:
            yield directory, rehearsals

    def _open_backends(self, directory: Path) -> BackendsProtocol:
        if self.cluster is not None:
            choose(directory, self.cluster)
        self.subscription.apply(directory)
        return self.wiring.open_backends(directory)

    def announce(self, text: str) -> None:
        self.console.print(Text(f"\n── {text}", "bold"), soft_wrap=True)

    def say(self, text: str) -> None:
        """Prints a line without wrapping it."""
        self.console.print(Text(text), soft_wrap=True)

    def keep(self, rehearsal: Rehearsal, run: Run) -> None:
        """Adds a deployed stack to the recording."""
        deployment = rehearsal.export(show_secrets=True)
        self.recording_entries += recording.recording_of(deployment, run.steps, run.retry_waits)

    def preview(self, rehearsal: Rehearsal) -> Run:
        """Previews a stack and keeps the planned change."""
        change = preview_with_forecast(rehearsal, self.where.state_directory / "plan.json")
        self.changes.append(change)
        return change.run

    def end(self, outcome: Outcome) -> None:
        """Writes the requested files, reports, and ends the process with the outcome's exit code."""
        outcome.notes += self.faults.descriptions
        outcome.problems += [f"--fail {text}: no write matched" for text in self.faults.unmatched]
        if self.record is not None and self.recording_entries:
            recording.write(self.record, self.recording_entries)
        if self.diagram is not None and self.recording_entries:
            self.diagram.write_text(diagram.draw(self.recording_entries), encoding="utf-8")
        if self.markdown is not None and self.changes:
            self.markdown.write_text(markdown.summary(self.changes), encoding="utf-8")
        if self.json:
            typer.echo(json.dumps({**report.as_json(outcome), **self._forecast()}, indent=2))
        else:
            for change in self.changes:
                terminal.show_change(change, self.console)
            if self.recording_entries:
                terminal.show(wall_time(self.recording_entries), monthly_cost(self.recording_entries), self.console)
            report.show(outcome, self.console)
        raise typer.Exit(outcome.exit_code)

    def _forecast(self) -> dict[str, Any]:
        """Cost and time for machines: of the deployed resources, or of the plans."""
        forecast: dict[str, Any] = {}
        if self.recording_entries:
            forecast["cost"] = monthly_cost(self.recording_entries).as_json()
            forecast["wallTime"] = wall_time(self.recording_entries).as_json()
        if self.changes:
            forecast["changes"] = [change.as_json() for change in self.changes]
        return forecast


@contextmanager
def exit_on_errors(invocation: Invocation) -> Generator[None]:
    """Turns errors that the user can fix into lines on stderr and an exit code, without a traceback."""
    try:
        yield
    except UsageError as error:
        if invocation.json:
            typer.echo(json.dumps(report.refused_usage(invocation.command, error.problems), indent=2))
        for problem in error.problems:
            typer.echo(f"error: {problem}", err=True)
        raise typer.Exit(USAGE) from None
    except KeyboardInterrupt as interruption:
        how = "terminated" if isinstance(interruption, Terminated) else "interrupted"
        typer.echo(f"The rehearsal was {how}.", err=True)
        raise typer.Exit(INTERRUPTED) from None
