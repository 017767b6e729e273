"""Finds the Pulumi CLI, or builds it once from its Go module.

Owns the choice of the CLI. Does not own the build and its cache (`azure_rehearsal.engine.go_tool`), nor the runs of the
CLI (`azure_rehearsal.engine.engine`).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from azure_rehearsal.engine.go_tool import CACHE_VARIABLE, GoTool, cache_directory, print_progress

__all__ = ["CACHE_VARIABLE", "PulumiCli", "built_executable", "cache_directory", "find", "required_version"]

TOOL_MODULE: Final = Path(__file__).parents[1] / "go" / "pulumi"
VERSION_VARIABLE: Final = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
LANGUAGE_HOST: Final = "pulumi-language-python"
SUPPORTED_MAJOR: Final = 3


@dataclass(frozen=True)
class PulumiCli:
    """A CLI that can be started. `has_language_host`: its own Python language host is next to it or on PATH."""

    executable: Path
    version: str
    has_language_host: bool


def find(
    environment: Mapping[str, str] | None = None,
    module: Path = TOOL_MODULE,
    say: Callable[[str], None] | None = None,
) -> PulumiCli:
    """The CLI on PATH, else the cached one, else a new build. Raises `UsageError` if there is none.

    Calls `say` with each line of progress (default: stderr).
    """
    environment = os.environ if environment is None else environment
    say = say or print_progress
    on_path = shutil.which("pulumi", path=environment.get("PATH"))
    if on_path:
        version = _version_of(Path(on_path))
        if version is not None and int(version.split(".")[0]) == SUPPORTED_MAJOR:
            return PulumiCli(Path(on_path), version, _has_language_host(Path(on_path), environment))
        found = version or "no version"
        say(f"{on_path} is not a Pulumi CLI of version {SUPPORTED_MAJOR} ({found}): skipped.")
    return _cached(environment, module, say)


def built_executable(environment: Mapping[str, str], module: Path = TOOL_MODULE) -> Path:
    """The path of the CLI built from `module`, which need not exist yet."""
    return _tool(module).executable(environment)


def required_version(module: Path = TOOL_MODULE) -> str:
    """The CLI's version that `go.mod` requires, such as `v3.259.0`."""
    return _tool(module).version()


def _tool(module: Path) -> GoTool:
    return GoTool(
        name="pulumi",
        title="Pulumi CLI",
        module=module,
        requirement="github.com/pulumi/pulumi/pkg/v3",
        package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        duration="about four minutes (35 s with a warm Go cache)",
        remediation="Install it instead: https://www.pulumi.com/docs/iac/download-install/.",
        version_variable=VERSION_VARIABLE,
    )


def _cached(environment: Mapping[str, str], module: Path, say: Callable[[str], None]) -> PulumiCli:
    without_go = (
        "The Pulumi CLI is missing: install it (https://www.pulumi.com/docs/iac/download-install/), or install Go"
        " (https://go.dev/doc/install), so that the rehearsal can build the CLI once, in about four minutes."
    )
    target = _tool(module).built(environment, without_go, say)
    return PulumiCli(target, required_version(module).removeprefix("v"), _has_language_host(target, environment))


def _version_of(executable: Path) -> str | None:
    """The version without its `v`; `None` if the file does not behave like a Pulumi CLI."""
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        result = subprocess.run(
            [executable, "version"], env=environment, capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"v?(\d+\.\d+\.\d+\S*)", result.stdout.strip())
    return found[1] if result.returncode == 0 and found else None


def _has_language_host(executable: Path, environment: Mapping[str, str]) -> bool:
    """Searches as the engine does: next to its own executable (links resolved), then on PATH."""
    adjacent = executable.resolve().parent / LANGUAGE_HOST
    return adjacent.exists() or shutil.which(LANGUAGE_HOST, path=environment.get("PATH")) is not None
