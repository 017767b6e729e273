"""`python -m rehearsal`: the commands that people type.

Exit codes: 0 as wanted, 1 refused, 2 wrong usage or settings, 130 interrupted.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.text import Text

from rehearsal import recording, report, stack_file
from rehearsal.cli_process import Display, Terminated, raise_on_sigterm
from rehearsal.engine import Check, Rehearsal
from rehearsal.errors import UsageError
from rehearsal.outcome import Outcome
from rehearsal.performance import perform
from rehearsal.run import Run
from rehearsal.state_directory import StateDirectory
from rehearsal.world import OutsideWorld, World

USAGE: Final = 2
INTERRUPTED: Final = 130
DEFAULT_STATE: Final = ".rehearsal"
RUNS_PROGRAM: Final = frozenset({"preview", "up", "rehearse"})

Stack = Annotated[str, typer.Option(help="The stack to rehearse.", metavar="NAME")]
Environment = Annotated[
    str, typer.Option("--env", help="All stacks of this environment, in their order of deployment.", metavar="NAME")
]
State = Annotated[
    Path | None, typer.Option(help=f"Where the rehearsal keeps what it made (default {DEFAULT_STATE}).", metavar="DIR")
]
Config = Annotated[
    list[str] | None,
    typer.Option("--config", help="Overrides a setting, for example voice:protect=false.", metavar="KEY=VALUE"),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout; everything else goes to stderr.")]
Record = Annotated[Path | None, typer.Option(help="Writes what was deployed as a JSON list.", metavar="FILE")]
Project = Annotated[Path, typer.Option(help="The directory with Pulumi.yaml.", metavar="DIR", hidden=True)]


@dataclass(frozen=True)
class Wiring:
    """What the commands work with; tests hand in a world and a check of their own."""

    open_world: Callable[[Path], OutsideWorld] = World.open
    check: Check | None = None


@dataclass
class _Request:
    """One command as it was typed."""

    wiring: Wiring
    command: str
    stack: str
    environment: str
    state: Path | None
    config: list[str] | None
    project: Path
    json: bool = False
    record: Path | None = None
    recorded: list[dict[str, Any]] = field(default_factory=list)

    @property
    def console(self) -> Console:
        return Console(stderr=self.json, highlight=False)

    @contextmanager
    def rehearsals(self, state: Path) -> Generator[tuple[StateDirectory, list[Rehearsal]]]:
        """The stacks that are asked for, in order, in one open state directory."""
        project = self.project.absolute()
        name = stack_file.project_name(project)
        overrides = [stack_file.parse_override(text, name) for text in self.config or []]
        stacks = stack_file.stacks_of_environment(project, self.environment) if self.environment else [self.stack]
        for stack in stacks:
            stack_file.stack_path(project, stack)  # refuses a stack that is not there before anything is made
        directory = StateDirectory(state, self.wiring.open_world)
        rehearsals = [
            Rehearsal(
                project,
                stack,
                directory,
                display=Display.STDERR if self.json else Display.TERMINAL,
                overrides=overrides,
                check=self.wiring.check,
            )
            for stack in stacks
        ]
        if self.command in RUNS_PROGRAM:
            for rehearsal in rehearsals:
                rehearsal.check_settings()  # all stacks, before the directory is made
        with directory:
            yield directory, rehearsals

    @property
    def lasting_state(self) -> Path:
        return self.state or self.project.absolute() / DEFAULT_STATE

    def announce(self, text: str) -> None:
        self.console.print(Text(f"\n── {text}", "bold"), soft_wrap=True)

    def keep(self, rehearsal: Rehearsal, run: Run) -> None:
        """Adds a stack to the recording, when one is wanted."""
        if self.record is not None:
            self.recorded += recording.record(rehearsal.export(show_secrets=True), run.steps)

    def end(self, outcome: Outcome) -> None:
        """Writes the recording, reports, and ends the process with the outcome's code."""
        if self.record is not None and self.recorded:
            recording.write(self.record, self.recorded)
        if self.json:
            typer.echo(json.dumps(report.as_json(outcome), indent=2))
        else:
            report.show(outcome, self.console)
        raise typer.Exit(outcome.exit_code)


def application(wiring: Wiring) -> typer.Typer:
    """The commands, wired."""
    app = typer.Typer(
        help="Runs this Pulumi program with Pulumi's own engine against a simulated Azure.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )

    @app.command()
    def preview(
        stack: Stack = "staging",
        environment: Environment = "",
        state: State = None,
        config: Config = None,
        json: Json = False,
        project: Project = Path(),
    ) -> None:
        """Shows what a deployment would do."""
        request = _Request(wiring, "preview", stack, environment, state, config, project, json)
        _each(request, Rehearsal.preview)

    @app.command()
    def up(
        stack: Stack = "staging",
        environment: Environment = "",
        state: State = None,
        config: Config = None,
        json: Json = False,
        record: Record = None,
        project: Project = Path(),
    ) -> None:
        """Deploys to the simulated Azure and leaves it there."""
        request = _Request(wiring, "up", stack, environment, state, config, project, json, record)
        _each(request, lambda rehearsal: rehearsal.up("--suppress-outputs"))

    @app.command()
    def refresh(
        stack: Stack = "staging",
        environment: Environment = "",
        state: State = None,
        config: Config = None,
        json: Json = False,
        project: Project = Path(),
    ) -> None:
        """Takes what really is in the simulated Azure into the state: shows drift."""
        request = _Request(wiring, "refresh", stack, environment, state, config, project, json)
        _each(request, Rehearsal.refresh)

    @app.command()
    def destroy(
        stack: Stack = "staging",
        environment: Environment = "",
        state: State = None,
        config: Config = None,
        json: Json = False,
        project: Project = Path(),
    ) -> None:
        """Removes what was deployed; the stacks of an environment in reverse order."""
        request = _Request(wiring, "destroy", stack, environment, state, config, project, json)
        _each(request, Rehearsal.destroy, backwards=True)

    @app.command()
    def rehearse(
        stack: Stack = "staging",
        environment: Environment = "",
        state: State = None,
        config: Config = None,
        json: Json = False,
        record: Record = None,
        project: Project = Path(),
    ) -> None:
        """Deploys, deploys again (nothing may change) and destroys, in a fresh simulated Azure."""
        request = _Request(wiring, "rehearse", stack, environment, state, config, project, json, record)
        _rehearse(request)

    @app.command()
    def pulumi(
        arguments: Annotated[list[str], typer.Argument(help="The command and its options, after `--`.")],
        stack: Stack = "staging",
        state: State = None,
        config: Config = None,
        project: Project = Path(),
    ) -> None:
        """Runs any other pulumi command against the rehearsal: `python -m rehearsal pulumi -- stack graph out.dot`."""
        request = _Request(wiring, "pulumi", stack, "", state, config, project)
        with _answered(request), request.rehearsals(request.lasting_state) as (_, rehearsals):
            raise typer.Exit(0 if rehearsals[0].pulumi(*arguments).ok else 1)

    return app


def _each(request: _Request, command: Callable[[Rehearsal], Run], backwards: bool = False) -> None:
    """One command over the stacks that are asked for; stops at the first that is refused."""
    outcome = Outcome(request.command)
    with _answered(request):
        with request.rehearsals(request.lasting_state) as (_, rehearsals):
            for rehearsal in reversed(rehearsals) if backwards else rehearsals:
                if len(rehearsals) > 1:
                    request.announce(f"{rehearsal.stack}: {request.command}")
                run = outcome.add(command(rehearsal))
                if not run.ok:
                    break
                if request.command == "up":
                    request.keep(rehearsal, run)
        request.end(outcome)


def _rehearse(request: _Request) -> None:
    fresh = request.state is None
    state = request.state or Path(tempfile.mkdtemp(prefix="rehearsal-"))
    kept = False
    with _answered(request):
        try:
            with request.rehearsals(state) as (directory, rehearsals):
                outcome = perform(rehearsals, directory.world.leftovers, request.announce, request.keep)
            kept = not outcome.ok
        finally:
            if fresh and not kept:
                shutil.rmtree(state, ignore_errors=True)
        if fresh and kept:
            request.console.print(f"State and simulated Azure are kept for a look: --state {state}", soft_wrap=True)
        request.end(outcome)


@contextmanager
def _answered(request: _Request) -> Generator[None]:
    """Turns what people can mend into exit codes and lines, never a traceback."""
    try:
        yield
    except UsageError as error:
        if request.json:
            typer.echo(json.dumps(report.refused_usage(request.command, error.problems), indent=2))
        for problem in error.problems:
            typer.echo(f"error: {problem}", err=True)
        raise typer.Exit(USAGE) from None
    except KeyboardInterrupt as interruption:
        how = "terminated" if isinstance(interruption, Terminated) else "interrupted"
        typer.echo(f"The rehearsal was {how}.", err=True)
        raise typer.Exit(INTERRUPTED) from None


def check_settings(stack_file_path: Path) -> list[str]:
    """The problems of a stack file of this project, in words; none when it can be deployed."""
    from settings.loader import check_stack_file

    return check_stack_file(stack_file_path)


def main(arguments: Sequence[str] | None = None) -> None:
    """The program."""
    raise_on_sigterm()
    application(Wiring(check=check_settings))(arguments)
