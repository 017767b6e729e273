"""`azure-rehearsal`: the commands that deploy, preview and destroy."""

from __future__ import annotations

import gc
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from azure_rehearsal.cli import azure_serving, fault_commands, serving
from azure_rehearsal.cli.fault_options import FaultOptions
from azure_rehearsal.cli.invocation import Invocation, Wiring, exit_on_errors
from azure_rehearsal.cli.options import (
    Cluster,
    ConfiguredStackOptions,
    Diagram,
    Json,
    Markdown,
    ProjectOptions,
    Record,
    StackOptions,
    StacksOptions,
    expand_option_groups,
)
from azure_rehearsal.cli.subscription_options import SubscriptionOptions
from azure_rehearsal.engine.cli_process import raise_on_sigterm
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.lifecycle import run_lifecycle
from azure_rehearsal.engine.outcome import Outcome
from azure_rehearsal.engine.run import Run
from azure_rehearsal.engine.state_directory import StateDirectory
from azure_rehearsal.protocol.program_runner import COLLECTOR_THRESHOLDS


def application(wiring: Wiring) -> typer.Typer:
    """The commands, with their dependencies."""
    app = typer.Typer(
        help="Runs this Pulumi program with Pulumi's own engine against a simulated Azure.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    _add_deployment_commands(app, wiring)
    _add_whole_stack_commands(app, wiring)
    azure_serving.add_commands(app, wiring)
    fault_commands.add_commands(app, wiring)
    return app


def _add_deployment_commands(app: typer.Typer, wiring: Wiring) -> None:
    @app.command()
    @expand_option_groups
    def preview(where: StacksOptions, json: Json = False, summary: Markdown = None, cluster: Cluster = None) -> None:
        """Shows what a deployment would do."""
        invocation = Invocation(wiring, "preview", where, json, markdown=summary, cluster=cluster)
        _each(invocation, invocation.preview)

    @app.command()
    @expand_option_groups
    def up(
        where: StacksOptions,
        faults: FaultOptions,
        subscription: SubscriptionOptions,
        json: Json = False,
        record: Record = None,
        diagram: Diagram = None,
        cluster: Cluster = None,
    ) -> None:
        """Deploys to the simulated Azure and keeps the result."""
        invocation = Invocation(
            wiring,
            "up",
            where,
            json,
            record,
            diagram=diagram,
            fault_options=faults,
            subscription=subscription,
            cluster=cluster,
        )
        _each(invocation, lambda rehearsal: rehearsal.up("--suppress-outputs"))

    @app.command()
    @expand_option_groups
    def refresh(where: StacksOptions, json: Json = False) -> None:
        """Updates the state from the simulated Azure: shows drift."""
        _each(Invocation(wiring, "refresh", where, json), Rehearsal.refresh)

    @app.command()
    @expand_option_groups
    def destroy(where: StacksOptions, faults: FaultOptions, json: Json = False, cluster: Cluster = None) -> None:
        """Deletes everything that is deployed; the stacks of an environment in reverse order."""
        invocation = Invocation(wiring, "destroy", where, json, fault_options=faults, cluster=cluster)
        _each(invocation, Rehearsal.destroy, backwards=True)


def _add_whole_stack_commands(app: typer.Typer, wiring: Wiring) -> None:
    @app.command()
    @expand_option_groups
    def rehearse(
        where: StacksOptions,
        faults: FaultOptions,
        subscription: SubscriptionOptions,
        json: Json = False,
        record: Record = None,
        cluster: Cluster = None,
    ) -> None:
        """Deploys, deploys again (nothing may change) and destroys, in a new simulated Azure."""
        invocation = Invocation(
            wiring, "rehearse", where, json, record, fault_options=faults, subscription=subscription, cluster=cluster
        )
        _rehearse(invocation)

    @app.command()
    @expand_option_groups
    def serve(where: ProjectOptions) -> None:
        """Runs the real clusters of a deployment until Ctrl-C, with a kubeconfig for each."""
        invocation = Invocation(wiring, "serve", StackOptions(state=where.state, project=where.project))
        state = where.state_directory
        with exit_on_errors(invocation), StateDirectory.existing(state, wiring.open_backends) as directory:
            serving.serve(directory.backends, directory.directory, invocation.say, serving.wait_for_interrupt)

    @app.command()
    @expand_option_groups
    def pulumi(
        arguments: Annotated[list[str], typer.Argument(help="The command and its options, after `--`.")],
        where: ConfiguredStackOptions,
    ) -> None:
        """Runs any other pulumi command against the rehearsal: `azure-rehearsal pulumi -- stack graph out.dot`."""
        invocation = Invocation(wiring, "pulumi", where)
        with exit_on_errors(invocation), invocation.rehearsals(where.state_directory) as (_, rehearsals):
            raise typer.Exit(0 if rehearsals[0].pulumi(*arguments).ok else 1)


def _each(invocation: Invocation, command: Callable[[Rehearsal], Run], backwards: bool = False) -> None:
    """Runs one command on each selected stack; stops at the first failure."""
    outcome = Outcome(invocation.command)
    with exit_on_errors(invocation):
        with invocation.rehearsals(invocation.where.state_directory) as (directory, rehearsals):
            for rehearsal in reversed(rehearsals) if backwards else rehearsals:
                if len(rehearsals) > 1:
                    invocation.announce(f"{rehearsal.stack}: {invocation.command}")
                run = outcome.add(command(rehearsal))
                if not run.ok:
                    break
                if invocation.command == "up":
                    invocation.keep(rehearsal, run)
            if invocation.command == "up" and all(run.ok for run in outcome.runs):
                outcome.add_unready(directory.backends.unready())
            if invocation.command in ("up", "destroy"):
                outcome.add_orphans(directory.backends.orphans())
        invocation.end(outcome)


def _rehearse(invocation: Invocation) -> None:
    temporary = invocation.where.state is None
    state = invocation.where.state or Path(tempfile.mkdtemp(prefix="rehearsal-"))
    kept = False
    checkpoints = not temporary or bool(invocation.fault_options.kill_after)
    with exit_on_errors(invocation):
        try:
            with invocation.rehearsals(state, checkpoints=checkpoints) as (directory, rehearsals):
                backends = directory.backends
                outcome = run_lifecycle(
                    rehearsals, backends.leftovers, invocation.announce, invocation.keep, backends.unready
                )
            kept = not outcome.ok
        finally:
            if temporary and not kept:
                shutil.rmtree(state, ignore_errors=True)
        if temporary and kept:
            text = f"The state and the simulated Azure are kept for inspection: --state {state}"
            invocation.console.print(text, soft_wrap=True)
        invocation.end(outcome)


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point of the `azure-rehearsal` program."""
    gc.set_threshold(*COLLECTOR_THRESHOLDS)  # the fake providers read the same SDKs as the program
    raise_on_sigterm()
    application(Wiring())(arguments)
