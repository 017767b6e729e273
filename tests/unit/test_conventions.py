"""Data classes of the program are frozen, and arguments of components are keyword-only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parent.parent.parent
PACKAGES = ("settings", "model", "components")
ACCUMULATORS = {"PolicyGroup"}
"""Data classes that are filled step by step."""


def data_classes() -> Iterator[tuple[str, ast.ClassDef, dict[str, object]]]:
    """Name, definition and arguments of every `@dataclass`."""
    for path in sorted(path for package in PACKAGES for path in (PROJECT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ClassDef):
                continue
            for decorator in node.decorator_list:
                call = decorator if isinstance(decorator, ast.Call) else ast.Call(decorator, [], [])
                if isinstance(call.func, ast.Name) and call.func.id == "dataclass":
                    options = {word.arg: ast.literal_eval(word.value) for word in call.keywords if word.arg}
                    yield f"{path.relative_to(PROJECT)}: {node.name}", node, options


CLASSES = {name: (node, options) for name, node, options in data_classes()}


def test_data_classes_are_frozen() -> None:
    """Components share values."""
    changeable = {node.name for node, options in CLASSES.values() if not options.get("frozen")}
    assert changeable == ACCUMULATORS, "write @dataclass(frozen=True, …)"


def test_arguments_of_components_are_keyword_only() -> None:
    """Arguments have many fields of the same type."""
    assert CLASSES
    positional = [name for name, (node, options) in CLASSES.items() if _is_args(node) and not options.get("kw_only")]
    assert not positional, "write @dataclass(frozen=True, kw_only=True)"


def _is_args(node: ast.ClassDef) -> bool:
    return node.name.endswith("Args")
