"""The options that name a stack, and the settings of the stack that they name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from settings.loader import load_stack_file
from settings.loader.stack_file import PROJECT
from settings.schema.aks_stack import AksStackSettings
from settings.schema.errors import SettingsError
from tools.errors import UsageError

DEFAULT_STACK: Final = "staging"
DEFAULT_PROJECT: Final = PROJECT

Stack = Annotated[str, typer.Option(help="The stack, by the name in Pulumi.<stack>.yaml.", metavar="NAME")]
Project = Annotated[Path, typer.Option(help="The folder with the stack files.", metavar="DIR", hidden=True)]


def stack_file(stack: str, project: Path) -> Path:
    """The path of a stack's file. Raises `UsageError` if the project has no such stack."""
    path = project / f"Pulumi.{stack}.yaml"
    if not path.is_file():
        names = sorted(file.name.split(".")[1] for file in project.glob("Pulumi.*.yaml"))
        raise UsageError(
            f"Stack {stack!r} does not exist. Expected one of: {', '.join(names) or 'none exists yet'}. Fix: name one"
            f" of them (--stack NAME, or STACK=NAME with make), or write Pulumi.{stack}.yaml."
        )
    return path


def settings_of(stack: str, project: Path) -> AksStackSettings:
    """The settings of a stack. Raises `UsageError` with every problem of its file."""
    try:
        return load_stack_file(stack_file(stack, project))
    except SettingsError as error:
        raise UsageError(str(error)) from None
