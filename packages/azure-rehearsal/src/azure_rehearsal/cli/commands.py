"""`azure-rehearsal`: the commands that people type. What they are made of is in `azure_rehearsal.cli.request`."""

from __future__ import annotations

import gc
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from azure_rehearsal.cli import drills, serving
from azure_rehearsal.cli.fault_options import FaultOptions
from azure_rehearsal.cli.options import (
    ChangedStack,
    Cluster,
    Json,
    Markdown,
    OneStack,
    Picture,
    Place,
    Record,
    Stacks,
    grouped,
)
from azure_rehearsal.cli.request import Request, Wiring, answered
from azure_rehearsal.engine.cli_process import raise_on_sigterm
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.outcome import Outcome
from azure_rehearsal.engine.performance import perform
from azure_rehearsal.engine.run import Run
from azure_rehearsal.engine.state_directory import StateDirectory
from azure_rehearsal.protocol.program_runner import COLLECTOR_THRESHOLDS


def application(wiring: Wiring) -> typer.Typer:
    """The commands, wired."""
    app = typer.Typer(
        help="Runs this Pulumi program with Pulumi's own engine against a simulated Azure.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )

    @app.command()
    @grouped
    def preview(where: Stacks, json: Json = False, summary: Markdown = None, cluster: Cluster = None) -> None:
        """Shows what a deployment would do."""
        request = Request(wiring, "preview", where, json, markdown=summary, cluster=cluster)
        _each(request, request.preview)

    @app.command()
    @grouped
    def up(
        where: Stacks,
        faults: FaultOptions,
        json: Json = False,
        record: Record = None,
        picture: Picture = None,
        cluster: Cluster = None,
    ) -> None:
        """Deploys to the simulated Azure and leaves it there."""
        request = Request(wiring, "up", where, json, record, diagram=picture, fault_options=faults, cluster=cluster)
        _each(request, lambda rehearsal: rehearsal.up("--suppress-outputs"))

    @app.command()
    @grouped
    def refresh(where: Stacks, json: Json = False) -> None:
        """Takes what really is in the simulated Azure into the state: shows drift."""
        _each(Request(wiring, "refresh", where, json), Rehearsal.refresh)

    @app.command()
    @grouped
    def destroy(where: Stacks, faults: FaultOptions, json: Json = False, cluster: Cluster = None) -> None:
        """Removes what was deployed; the stacks of an environment in reverse order."""
        request = Request(wiring, "destroy", where, json, fault_options=faults, cluster=cluster)
        _each(request, Rehearsal.destroy, backwards=True)

    @app.command()
    @grouped
    def rehearse(
        where: Stacks, faults: FaultOptions, json: Json = False, record: Record = None, cluster: Cluster = None
    ) -> None:
        """Deploys, deploys again (nothing may change) and destroys, in a fresh simulated Azure."""
        _rehearse(Request(wiring, "rehearse", where, json, record, fault_options=faults, cluster=cluster))

    @app.command()
    @grouped
    def serve(where: Place) -> None:
        """Keeps the real clusters of what was deployed running until Ctrl-C, with a kubeconfig for each."""
        request = Request(wiring, "serve", OneStack(state=where.state, project=where.project))
        with answered(request), StateDirectory.existing(where.lasting_state, wiring.open_world) as directory:
            serving.serve(directory.world, directory.directory, request.say, serving.until_interrupted)

    @app.command()
    @grouped
    def pulumi(
        arguments: Annotated[list[str], typer.Argument(help="The command and its options, after `--`.")],
        where: ChangedStack,
    ) -> None:
        """Runs any other pulumi command against the rehearsal: `azure-rehearsal pulumi -- stack graph out.dot`."""
        request = Request(wiring, "pulumi", where)
        with answered(request), request.rehearsals(where.lasting_state) as (_, rehearsals):
            raise typer.Exit(0 if rehearsals[0].pulumi(*arguments).ok else 1)

    drills.add_commands(app, wiring)
    return app


def _each(request: Request, command: Callable[[Rehearsal], Run], backwards: bool = False) -> None:
    """One command over the stacks that are asked for; stops at the first that is refused."""
    outcome = Outcome(request.command)
    with answered(request):
        with request.rehearsals(request.where.lasting_state) as (directory, rehearsals):
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
    fresh = request.where.state is None
    state = request.where.state or Path(tempfile.mkdtemp(prefix="rehearsal-"))
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


def main(arguments: Sequence[str] | None = None) -> None:
    """The program."""
    gc.set_threshold(*COLLECTOR_THRESHOLDS)  # the stand-ins read the same SDKs
    raise_on_sigterm()
    application(Wiring())(arguments)
