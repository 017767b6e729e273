"""The program `voice`: one command line for everything that is neither a `make` target nor `azure-rehearsal`.

Owns the list of commands, the exit codes and the way errors are shown. Each command's options and work are in its own
module, which is imported only when that command runs, so `voice --help` starts quickly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from inspect import cleandoc
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from tools.errors import CommandError

STACKS: Final = "Stacks"
GENERATED: Final = "Generated files (commit the result)"
CHECKS: Final = "Measure and check"


@dataclass(frozen=True)
class Command:
    """A subcommand: the `module:function` that runs it, the panel of `voice --help` that lists it, and a summary.

    A test compares the summary with the first line of the function's docstring, which is the text of
    `voice COMMAND --help`.
    """

    target: str
    panel: str
    summary: str

    def load(self, name: str) -> TyperCommand:
        """The command with its options. Imports the module."""
        module, _, function = self.target.partition(":")
        app = typer.Typer(add_completion=False, rich_markup_mode="rich")
        run = getattr(import_module(module), function)
        app.command(name, help=unwrapped(run.__doc__ or ""))(run)
        command = typer.main.get_command(app)
        assert isinstance(command, TyperCommand), f"{self.target} is one function"
        return command


COMMANDS: Final[Mapping[str, Command]] = {
    "preflight": Command(
        "tools.preflight.command:main", STACKS, "Checks that a subscription has everything that a stack needs."
    ),
    "status": Command("tools.status:main", STACKS, "Shows the rollouts and calls of a deployed stack."),
    "capacity": Command("tools.capacity:main", STACKS, "Sizes a stack for a number of concurrent calls."),
    "review": Command(
        "tools.review:main",
        STACKS,
        "Writes what a change does to each environment, as Markdown for a pull request.",
    ),
    "dashboards": Command("tools.dashboards:main", STACKS, "Writes the call dashboards to the environment's Grafana."),
    "generate": Command(
        "tools.generate:main",
        GENERATED,
        "Writes the schema, chart documents and pages that are out of date; --check only checks.",
    ),
    "schema": Command(
        "tools.settings_schema:main",
        GENERATED,
        "Writes settings.schema.json, which editors use to complete and check stack files.",
    ),
    "chart-docs": Command(
        "tools.chart_docs:main",
        GENERATED,
        "Writes values.schema.json and the table of values in README.md of every chart.",
    ),
    "inventory": Command(
        "tools.inventory.command:main",
        GENERATED,
        "Writes the golden inventories of the committed stacks; review their diff like code.",
    ),
    "flows": Command("tools.flows_page:main", GENERATED, "Writes docs/flows.md: the flows that policies admit."),
    "capacity-page": Command(
        "tools.capacity_page:main", GENERATED, "Writes docs/capacity.md: what the calls of production need."
    ),
    "quotas-page": Command(
        "tools.quotas_page:main",
        GENERATED,
        "Writes docs/quotas.md: the quotas and resource providers that each stack needs.",
    ),
    "requirements": Command(
        "tools.requirements_page:main", GENERATED, "Writes docs/requirements.md: each requirement and its tests."
    ),
    "definitions": Command(
        "tools.definitions:main",
        GENERATED,
        "Writes the simulator's CRDs and chart schemas from pinned Go modules (needs Go).",
    ),
    "bench": Command("tools.bench.command:main", CHECKS, "Measures speed and writes docs/benchmarks.md (15 minutes)."),
    "mutate": Command(
        "tools.mutate.command:main",
        CHECKS,
        "Breaks the program on purpose and reports the changes that no test notices (an hour).",
    ),
    "arm-check": Command("tools.arm_check:main", CHECKS, "Checks recordings against Azure's resource definitions."),
}


def unwrapped(docstring: str) -> str:
    """The text with one line for each paragraph, so that it fills the width of the terminal."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in cleandoc(docstring).split("\n\n"))


class LazyCommand(TyperCommand):
    """A command in `voice --help`. It hands over to the real one when a user runs it."""

    def __init__(self, name: str, command: Command) -> None:
        super().__init__(name, help=command.summary, rich_help_panel=command.panel)
        self._command = command

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        return self._command.load(info_name or "").make_context(info_name, args, parent, **extra)


class VoiceGroup(TyperGroup):
    """The subcommands of `COMMANDS`. Shows a `CommandError` as its message and exits with the error's code."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {name: LazyCommand(name, command) for name, command in COMMANDS.items()}

    def list_commands(self, ctx: Any) -> list[str]:
        """The commands in the order of `COMMANDS`."""
        del ctx
        return list(COMMANDS)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CommandError as error:
            typer.echo(f"voice {ctx.invoked_subcommand}: {error}", err=True)
            raise typer.Exit(error.exit_code) from None


app = typer.Typer(
    cls=VoiceGroup, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich"
)


@app.callback()
def voice() -> None:
    """Commands for the telephone voice-AI platform.

    Everyday commands are `make` targets (`make help`). Commands of the simulated Azure are in `azure-rehearsal`.

    Example: `voice capacity --stack prod --calls 500`

    Exit codes: 0 success, 1 a check failed or a request was refused, 2 wrong usage or settings.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script."""
    app(arguments, prog_name="voice")


if __name__ == "__main__":
    main()
