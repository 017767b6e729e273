"""Imports have one direction: `__main__` -> `components` -> `model` -> `settings.schema`; the loader imports checks.

The simulator does not import the platform.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent.parent
SIMULATOR = "packages/azure-rehearsal"
OURS = {"azure_rehearsal", "components", "model", "settings", "simulator_tests", "tests", "tools"}
ALLOWED = {
    "settings/schema": {"settings.schema"},
    "model": {"model", "settings.schema"},
    "settings/loader": {"model", "settings.loader", "settings.schema"},
    "components": {"components", "model", "settings.schema"},
    f"{SIMULATOR}/src": {"azure_rehearsal"},
    f"{SIMULATOR}/tests": {"azure_rehearsal", "simulator_tests"},
    "__main__.py": {"components", "settings.loader"},
}
PULUMI_ONLY_IN = "pulumi_config.py"
"""The only module of `settings` and `model` that imports Pulumi."""


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def files(part: str) -> list[Path]:
    return [PROJECT / part] if part.endswith(".py") else sorted((PROJECT / part).rglob("*.py"))


def package(module: str) -> str:
    """The part of the project that a module belongs to: `settings` counts by its two packages."""
    names = module.split(".")
    return ".".join(names[:2]) if names[0] == "settings" else names[0]


@pytest.mark.parametrize("part", ALLOWED)
def test_a_part_imports_only_allowed_parts(part: str) -> None:
    assert files(part), f"{part} does not exist"
    for path in files(part):
        packages = {package(module) for module in imported(path) if module.split(".")[0] in OURS}
        assert packages <= ALLOWED[part], f"{path.relative_to(PROJECT)} imports {packages - ALLOWED[part]}"


def test_every_package_of_the_program_has_a_direction() -> None:
    program = {path.parent.relative_to(PROJECT) for part in ("settings", "model", "components") for path in files(part)}
    covered = {Path(part) for part in ALLOWED}
    assert {path for path in program if not covered & {path, *path.parents}} <= {Path("settings")}


def test_only_the_loader_imports_pulumi() -> None:
    knowing = {
        path.name
        for part in ("settings", "model")
        for path in files(part)
        if any(name.split(".")[0] == "pulumi" for name in imported(path))
    }
    assert knowing == {PULUMI_ONLY_IN}


def test_no_component_contains_a_name_or_address_of_one_environment() -> None:
    words = {"staging", "prod", "production", "development", "eastus", "westeurope", "southeastasia"}
    for path in files("components"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert node.value not in words, f"{path.relative_to(PROJECT)} contains {node.value!r}"
