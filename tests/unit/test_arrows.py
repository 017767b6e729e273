"""Imports go one way: `__main__`, `components`, `settings`; the simulator imports nothing from the platform."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent.parent
SIMULATOR = "packages/azure-rehearsal"
OURS = {"azure_rehearsal", "components", "settings", "simulator_tests", "tests", "tools"}
ALLOWED = {
    "settings": {"settings"},
    "components": {"components", "settings"},
    f"{SIMULATOR}/src": {"azure_rehearsal"},
    f"{SIMULATOR}/tests": {"azure_rehearsal", "simulator_tests"},
    "__main__.py": {"components", "settings"},
}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def files(part: str) -> list[Path]:
    return [PROJECT / part] if part.endswith(".py") else sorted((PROJECT / part).rglob("*.py"))


@pytest.mark.parametrize("part", ALLOWED)
def test_a_part_imports_only_what_comes_before_it(part: str) -> None:
    assert files(part), "the part is somewhere else"
    for path in files(part):
        packages = {module.split(".")[0] for module in imported(path)} & OURS
        assert packages <= ALLOWED[part], f"{path.relative_to(PROJECT)} imports {packages - ALLOWED[part]}"


def test_of_the_settings_only_the_loader_knows_pulumi() -> None:
    knowing = {
        path.name for path in files("settings") if any(name.split(".")[0] == "pulumi" for name in imported(path))
    }
    assert knowing == {"loader.py"}


def test_no_component_says_a_name_or_address_of_one_environment() -> None:
    words = {"staging", "prod", "production", "development", "eastus", "westeurope", "southeastasia"}
    for path in files("components"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert node.value not in words, f"{path.relative_to(PROJECT)} knows {node.value!r}"
