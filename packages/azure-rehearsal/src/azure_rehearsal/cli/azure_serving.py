"""`azure-rehearsal serve-azure`: the simulated Azure over ARM's REST API, for tools that read Azure."""

from __future__ import annotations

from typing import Annotated

import typer

from azure_rehearsal.cli import serving
from azure_rehearsal.cli.invocation import Invocation, Wiring, exit_on_errors
from azure_rehearsal.cli.options import ProjectOptions, StackOptions, expand_option_groups
from azure_rehearsal.cli.subscription_options import SubscriptionOptions
from azure_rehearsal.engine import stack_file
from azure_rehearsal.engine.backends import CLOUD_FILE, Backends
from azure_rehearsal.engine.state_directory import BACKENDS
from azure_rehearsal.errors import UsageError

Port = Annotated[int, typer.Option(help="The port on loopback (default: a free one).", min=0, max=65535)]
Stack = Annotated[
    str, typer.Option(help="Signs in to the subscription of this stack (default: every subscription exists).")
]


def add_commands(app: typer.Typer, wiring: Wiring) -> None:
    """Adds the command."""

    @app.command()
    @expand_option_groups
    def serve_azure(
        where: ProjectOptions, subscription: SubscriptionOptions, stack: Stack = "", port: Port = 0
    ) -> None:
        """Serves the simulated Azure over ARM's REST API until Ctrl-C. A registration of a provider is kept."""
        options = StackOptions(state=where.state, project=where.project, stack=stack)
        _serve(Invocation(wiring, "serve-azure", options, subscription=subscription), port)


def _serve(invocation: Invocation, port: int) -> None:
    from azure_rehearsal.azure.rest import server  # loads the simulated Azure

    with exit_on_errors(invocation):
        where = invocation.where
        client = None
        if where.stack:
            path = stack_file.stack_path(where.project_directory, where.stack)
            source = stack_file.StackFile(path, [], invocation.adapter.placeholder)
            client = Backends.client(invocation.adapter.caller(source.config()))
        directory = where.state_directory / BACKENDS
        invocation.subscription.apply(directory)
        try:
            with server.serving(server.Front(directory / CLOUD_FILE, client), port) as url:
                invocation.say(url)
                serving.wait_for_interrupt()
        except OSError as error:
            raise UsageError(f"--port {port}: the port cannot be used ({error}). Use another one, or 0.") from None
