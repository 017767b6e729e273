"""What the simulator has to know about the project that it runs.

A project names its adapter in `pyproject.toml`:

    [tool.azure-rehearsal]
    adapter = "tools.rehearsal_adapter:VoiceAdapter"

The class derives from `Adapter` and overrides what differs from the defaults. A project without one is rehearsed as a
plain Pulumi project: each stack by itself, no check before the program runs, nothing known that lifts protection.
"""

from __future__ import annotations

import importlib
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from azure_rehearsal.engine.caller import Caller
from azure_rehearsal.engine.stack_file import placeholder_of
from azure_rehearsal.errors import UsageError

TABLE: Final = "azure-rehearsal"
"""The table below `[tool]`."""


class Adapter:
    """The defaults, for the project in `project`.

    `unprotected` are the settings that lift the protection of resources, `edits` those that the update of a chaos run
    changes: both by configuration path, as `Rehearsal.up(config=…)` takes them.
    """

    unprotected: Mapping[str, Any] = {}
    edits: Mapping[str, Any] = {}

    def __init__(self, project: Path) -> None:
        self.project = project

    def stacks(self, environment: str) -> list[str]:
        """The stacks of an environment in their order of deployment. Raises `UsageError`."""
        raise UsageError(
            f"--env {environment}: this project does not say which stacks belong to an environment. Name one with"
            f" --stack, or name an adapter in [tool.{TABLE}] of pyproject.toml."
        )

    def check(self, stack_file: Path) -> list[str]:
        """The problems of a stack file, one line each; none when it can be deployed."""
        del stack_file
        return []

    def placeholder(self, path: Sequence[str | int]) -> str:
        """What stands for the secret at this path of the configuration: stable, and different for each path."""
        return placeholder_of(path)

    def caller(self, config: Mapping[str, Any]) -> Caller:
        """Whom Azure takes the program for, from the `config` of a stack file. Raises `UsageError`."""
        return Caller(
            directory=self.project,
            subscription_id=str(config.get("azure-native:subscriptionId", "")),
            tenant_id=str(config.get("azure-native:tenantId", "")),
        )


def load(project: Path) -> Adapter:
    """The adapter that the project names, else the defaults. Raises `UsageError` for one that cannot be loaded."""
    file = project / "pyproject.toml"
    if not file.is_file():
        return Adapter(project)
    try:
        name = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get(TABLE, {}).get("adapter")
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file} is not TOML: {error}.") from None
    if name is None:
        return Adapter(project)
    module, _, attribute = str(name).partition(":")
    if str(project) not in sys.path:
        sys.path.insert(0, str(project))  # as `python -m` in the project's directory would
    try:
        adapter = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(
            f"{file}: the adapter {name!r} cannot be loaded ({error}). Expected: module:Class, importable from"
            f" {project}."
        ) from None
    return adapter(project)
