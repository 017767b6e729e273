"""The simulator's view of the project that it rehearses.

A project names its adapter in `pyproject.toml`:

    [tool.azure-rehearsal]
    adapter = "tools.rehearsal_adapter:MyAdapter"

The class derives from `Adapter` and overrides the members that differ from the defaults. Without an adapter, the
simulator rehearses a plain Pulumi project: each stack alone, without a check before the program runs and without a
setting that lifts protection.
"""

from __future__ import annotations

import importlib
import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from azure_rehearsal import remedies
from azure_rehearsal.engine.caller import Caller
from azure_rehearsal.engine.stack_file import placeholder_of
from azure_rehearsal.errors import UsageError

TABLE: Final = "azure-rehearsal"
"""The table below `[tool]`."""


class Adapter:
    """The defaults, for the project in the directory `project`.

    `unprotected` are the settings that lift the protection of resources. `edits` are the settings that the update of a
    chaos run changes. Both are keyed by configuration path, like `Rehearsal.up(config=…)`.
    """

    unprotected: Mapping[str, Any] = {}
    edits: Mapping[str, Any] = {}

    def __init__(self, project: Path) -> None:
        self.project = project

    def stacks(self, environment: str) -> list[str]:
        """The stacks of an environment in deployment order. Raises `UsageError`."""
        raise UsageError(
            f"--env {environment}: this project does not define the stacks of an environment. Name one stack with"
            f" --stack, or name an adapter in [tool.{TABLE}] of pyproject.toml."
        )

    def check(self, stack_file: Path) -> list[str]:
        """The problems of a stack file, one line each; empty if the file can be deployed."""
        del stack_file
        return []

    def placeholder(self, path: Sequence[str | int]) -> str:
        """The placeholder of the secret at this configuration path: stable, and different for each path."""
        return placeholder_of(path)

    def caller(self, config: Mapping[str, Any]) -> Caller:
        """The identity under which the program reaches Azure, from the `config` of a stack file.

        Raises `UsageError`.
        """
        return Caller(
            directory=self.project,
            subscription_id=str(config.get("azure-native:subscriptionId", "")),
            tenant_id=str(config.get("azure-native:tenantId", "")),
        )

    def remedy_for(self, code: str) -> str:
        """The project's remediation of a failure, without a final full stop; empty to use the simulator's.

        `code` is a code of `azure_rehearsal.remedies`, or the error code of a refusal (`AuthorizationFailed`). The
        remediation of a refusal can contain `remedies.REMEDIATION` and `remedies.STACK`.
        """
        if code == remedies.PROTECTED and self.unprotected:
            settings = ", ".join(f"{path}: {json.dumps(value)}" for path, value in self.unprotected.items())
            return (
                f"keep the setting as it was; to delete the resource on purpose, deploy once with `{settings}`, then"
                " change the setting"
            )
        return ""


def load(project: Path) -> Adapter:
    """The adapter that the project names, else the defaults. Raises `UsageError` if it cannot be loaded."""
    file = project / "pyproject.toml"
    if not file.is_file():
        return Adapter(project)
    try:
        name = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get(TABLE, {}).get("adapter")
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file} is not TOML: {error}. Fix the file.") from None
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
