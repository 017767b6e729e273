"""The layout of the code: small files, short functions, and packages that state their contents."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.stacks import PROJECT

PARTS = ("settings", "model", "components", "tools", "images", "packages/azure-rehearsal/src")
MAX_LINES = 350
MAX_FUNCTION_LINES = 60
LONG_FILES: dict[str, int] = {}
"""Files longer than `MAX_LINES`, each with its limit. The list only gets shorter."""
LONG_FUNCTIONS: dict[str, int] = {}
"""Functions longer than `MAX_FUNCTION_LINES`, each with its limit. The list only gets shorter."""


def modules() -> Iterator[tuple[str, str]]:
    """The path from the project's root and the text of every module."""
    for part in PARTS:
        for path in sorted((PROJECT / part).rglob("*.py")):
            yield path.relative_to(PROJECT).as_posix(), path.read_text()


def test_files_stay_small() -> None:
    lines = {path: len(text.splitlines()) for path, text in modules()}
    long = {path: count for path, count in lines.items() if count > LONG_FILES.get(path, MAX_LINES)}
    assert not long, "split these files by subject"
    assert not {path for path in LONG_FILES if lines.get(path, 0) <= MAX_LINES}, "remove these from LONG_FILES"


def test_functions_stay_short() -> None:
    lines = {
        f"{path}: {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path, text in modules()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
    }
    long = {name: count for name, count in lines.items() if count > LONG_FUNCTIONS.get(name, MAX_FUNCTION_LINES)}
    assert not long, "extract parts of these functions"
    short = {name for name in LONG_FUNCTIONS if lines.get(name, 0) <= MAX_FUNCTION_LINES}
    assert not short, "remove these from LONG_FUNCTIONS"


@pytest.mark.parametrize("part", PARTS)
def test_each_package_states_what_belongs_in_it(part: str) -> None:
    undocumented = []
    for path in sorted((PROJECT / part).rglob("__init__.py")):
        statement = ast.get_docstring(ast.parse(path.read_text())) or ""
        # The packages of services share the docstring of `azure/services`.
        if "belong" not in statement and not statement.startswith("Microsoft."):
            undocumented.append(path.parent.relative_to(PROJECT).as_posix())
    assert not undocumented, "their docstrings must say what belongs in the package and what does not"


def test_all_folders_of_the_program_are_checked() -> None:
    unchecked = {"docs", "charts", "tests"}
    with_modules = {path.relative_to(PROJECT).parts[0] for path in PROJECT.glob("[a-z]*/**/*.py")}
    assert with_modules - unchecked == {Path(part).parts[0] for part in PARTS}
