"""The options of `azure-rehearsal`, and the option groups that several commands share."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from azure_rehearsal.adapter import Adapter
from azure_rehearsal.engine import stack_file
from azure_rehearsal.engine.cluster_choice import ClusterChoice
from azure_rehearsal.engine.stack_file import Override

DEFAULT_STATE: Final = ".rehearsal"

Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout; everything else goes to stderr.")]
Record = Annotated[Path | None, typer.Option(help="Writes the deployed resources as a JSON list.", metavar="FILE")]
Markdown = Annotated[
    Path | None,
    typer.Option("--markdown", help="Writes a summary of the change for a pull-request comment.", metavar="FILE"),
]
Diagram = Annotated[Path | None, typer.Option("--diagram", help="Draws the deployed resources as SVG.", metavar="FILE")]
Cluster = Annotated[
    ClusterChoice | None,
    typer.Option(
        help="The kind of cluster: recorded objects, or a real Kubernetes, built once with Go"
        " (default: the kind that the state has, else recorded)."
    ),
]


@dataclass(frozen=True)
class ProjectOptions:
    """The project, and the directory that keeps the state of its rehearsal."""

    state: Annotated[
        Path | None,
        typer.Option(
            help=f"The directory that keeps the state of the rehearsal (default {DEFAULT_STATE}).", metavar="DIR"
        ),
    ] = None
    project: Annotated[Path, typer.Option(help="The directory with Pulumi.yaml.", metavar="DIR", hidden=True)] = Path()

    @property
    def project_directory(self) -> Path:
        """The project's directory, as an absolute path."""
        return self.project.absolute()

    @property
    def state_directory(self) -> Path:
        return self.state or self.project_directory / DEFAULT_STATE


@dataclass(frozen=True)
class StackOptions(ProjectOptions):
    """One stack."""

    stack: Annotated[str, typer.Option(help="The stack to rehearse.", metavar="NAME")] = "staging"

    def stacks(self, adapter: Adapter) -> list[str]:
        """The selected stacks in deployment order. Raises `UsageError` for an unknown stack."""
        del adapter
        stack_file.stack_path(self.project_directory, self.stack)
        return [self.stack]

    def overrides(self) -> list[Override]:
        """The settings that the options override. Raises `UsageError`."""
        return []


@dataclass(frozen=True)
class ConfiguredStackOptions(StackOptions):
    """One stack, with overrides of its settings."""

    config: Annotated[
        list[str] | None,
        typer.Option(help="Overrides a setting, for example app:protect=false.", metavar="KEY=VALUE"),
    ] = None

    def overrides(self) -> list[Override]:
        name = stack_file.project_name(self.project_directory)
        return [stack_file.parse_override(text, name) for text in self.config or []]


@dataclass(frozen=True)
class StacksOptions(ConfiguredStackOptions):
    """One stack or all stacks of an environment, with overrides of their settings."""

    environment: Annotated[
        str,
        typer.Option("--env", help="All stacks of this environment, in deployment order.", metavar="NAME"),
    ] = ""

    def stacks(self, adapter: Adapter) -> list[str]:
        if not self.environment:
            return super().stacks(adapter)
        return adapter.stacks(self.environment)


def expand_option_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Turns each dataclass parameter of a command into one option for each field: typer has no option groups."""
    signature = inspect.signature(command, eval_str=True)
    groups: dict[str, Any] = {
        name: parameter.annotation
        for name, parameter in signature.parameters.items()
        if is_dataclass(parameter.annotation)
    }

    @functools.wraps(command)
    def typed(**values: Any) -> None:
        arguments = {
            name: group(**{field.name: values.pop(field.name) for field in fields(group)})
            for name, group in groups.items()
        }
        command(**values, **arguments)

    options = [
        option.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in signature.parameters.items()
        for option in (_options(groups[name]) if name in groups else [parameter])
    ]
    typed.__signature__ = signature.replace(parameters=options)  # ty: ignore[missing-attribute]
    typed.__annotations__ = {option.name: option.annotation for option in options}
    return typed


def _options(group: Any) -> list[inspect.Parameter]:
    hints, keyword = typing.get_type_hints(group, include_extras=True), inspect.Parameter.KEYWORD_ONLY
    defaults = {
        field.name: inspect.Parameter.empty if field.default is MISSING else field.default
        # The fields of a subclass come before those of its base.
        for field in sorted(fields(group), key=lambda field: _depth(group, field.name))
    }
    return [
        inspect.Parameter(name, keyword, default=default, annotation=hints[name]) for name, default in defaults.items()
    ]


def _depth(group: Any, name: str) -> int:
    """The number of classes between a group and the class that defines the field."""
    return next(depth for depth, above in enumerate(group.__mro__) if name in above.__annotations__)
