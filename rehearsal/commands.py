"""`python -m rehearsal`: the commands that people type. What they are made of is in `rehearsal.request`."""

from __future__ import annotations

import gc
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from rehearsal import drills
from rehearsal.cli_process import raise_on_sigterm
from rehearsal.engine import Rehearsal
from rehearsal.fault_options import Fail, FailRate, FaultOptions, KillAfter, Seed, Unreachable
from rehearsal.outcome import Outcome
from rehearsal.performance import perform
from rehearsal.program_runner import COLLECTOR_THRESHOLDS
from rehearsal.request import (
    Cluster,
    Config,
    Environment,
    Json,
    Markdown,
    Picture,
    Project,
    Record,
    Request,
    Stack,
    State,
    Wiring,
    answered,
)
from rehearsal.run import Run


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
        summary: Markdown = None,
        cluster: Cluster = None,
        project: Project = Path(),
    ) -> None:
        """Shows what a deployment would do."""
        request = Request(
            wiring, "preview", stack, environment, state, config, project, json, markdown=summary, cluster=cluster
        )
        _each(request, request.preview)

    @app.command()
    def up(
        stack: Stack = "staging",
        environment: Environment = "",
        state: State = None,
        config: Config = None,
        json: Json = False,
        record: Record = None,
        picture: Picture = None,
        fail: Fail = None,
        fail_rate: FailRate = 0.0,
        kill_after: KillAfter = "",
        seed: Seed = None,
        unreachable: Unreachable = None,
        cluster: Cluster = None,
        project: Project = Path(),
    ) -> None:
        """Deploys to the simulated Azure and leaves it there."""
        options = FaultOptions(fail, fail_rate, kill_after, seed, unreachable)
        request = Request(
            wiring,
            "up",
            stack,
            environment,
            state,
            config,
            project,
            json,
            record,
            diagram=picture,
            fault_options=options,
            cluster=cluster,
        )
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
        request = Request(wiring, "refresh", stack, environment, state, config, project, json)
        _each(request, Rehearsal.refresh)

    @app.command()
    def destroy(
        stack: Stack = "staging",
        environment: Environment = "",
        state: State = None,
        config: Config = None,
        json: Json = False,
        fail: Fail = None,
        fail_rate: FailRate = 0.0,
        kill_after: KillAfter = "",
        seed: Seed = None,
        unreachable: Unreachable = None,
        cluster: Cluster = None,
        project: Project = Path(),
    ) -> None:
        """Removes what was deployed; the stacks of an environment in reverse order."""
        options = FaultOptions(fail, fail_rate, kill_after, seed, unreachable)
        request = Request(
            wiring,
            "destroy",
            stack,
            environment,
            state,
            config,
            project,
            json,
            fault_options=options,
            cluster=cluster,
        )
        _each(request, Rehearsal.destroy, backwards=True)

    @app.command()
    def rehearse(
        stack: Stack = "staging",
        environment: Environment = "",
        state: State = None,
        config: Config = None,
        json: Json = False,
        record: Record = None,
        fail: Fail = None,
        fail_rate: FailRate = 0.0,
        kill_after: KillAfter = "",
        seed: Seed = None,
        unreachable: Unreachable = None,
        cluster: Cluster = None,
        project: Project = Path(),
    ) -> None:
        """Deploys, deploys again (nothing may change) and destroys, in a fresh simulated Azure."""
        options = FaultOptions(fail, fail_rate, kill_after, seed, unreachable)
        request = Request(
            wiring,
            "rehearse",
            stack,
            environment,
            state,
            config,
            project,
            json,
            record,
            fault_options=options,
            cluster=cluster,
        )
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
        request = Request(wiring, "pulumi", stack, "", state, config, project)
        with answered(request), request.rehearsals(request.lasting_state) as (_, rehearsals):
            raise typer.Exit(0 if rehearsals[0].pulumi(*arguments).ok else 1)

    drills.add_commands(app, wiring)
    return app


def _each(request: Request, command: Callable[[Rehearsal], Run], backwards: bool = False) -> None:
    """One command over the stacks that are asked for; stops at the first that is refused."""
    outcome = Outcome(request.command)
    with answered(request):
        with request.rehearsals(request.lasting_state) as (directory, rehearsals):
            for rehearsal in reversed(rehearsals) if backwards else rehearsals:
                if len(rehearsals) > 1:
                    request.announce(f"{rehearsal.stack}: {request.command}")
                run = outcome.add(command(rehearsal))
                if not run.ok:
                    break
                if request.command == "up":
                    request.keep(rehearsal, run)
            if request.command == "up" and all(run.ok for run in outcome.runs):
                outcome.add_unready(directory.world.unready())
            if request.command in ("up", "destroy"):
                outcome.add_left_behind(directory.world.left_behind())
        request.end(outcome)


def _rehearse(request: Request) -> None:
    fresh = request.state is None
    state = request.state or Path(tempfile.mkdtemp(prefix="rehearsal-"))
    kept = False
    lasting = not fresh or bool(request.fault_options.kill_after)
    with answered(request):
        try:
            with request.rehearsals(state, checkpoints=lasting) as (directory, rehearsals):
                world = directory.world
                outcome = perform(rehearsals, world.leftovers, request.announce, request.keep, world.unready)
            kept = not outcome.ok
        finally:
            if fresh and not kept:
                shutil.rmtree(state, ignore_errors=True)
        if fresh and kept:
            request.console.print(f"State and simulated Azure are kept for a look: --state {state}", soft_wrap=True)
        request.end(outcome)


def check_settings(stack_file_path: Path) -> list[str]:
    """The problems of a stack file of this project, in words; none when it can be deployed."""
    from settings.loader import check_stack_file

    return check_stack_file(stack_file_path)


def main(arguments: Sequence[str] | None = None) -> None:
    """The program."""
    gc.set_threshold(*COLLECTOR_THRESHOLDS)  # the stand-ins read the same SDKs
    raise_on_sigterm()
    application(Wiring(check=check_settings))(arguments)
