"""docs/architecture.md names each component once, with its file, what it owns and what it does not own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.stacks import PROJECT

COMPONENTS = PROJECT / "components"
ROW = re.compile(r"^\| `(\w+)` \| `([\w/]+\.py)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
PAGE = (PROJECT / "docs" / "architecture.md").read_text()
TABLE = PAGE.partition("## Components\n")[2].partition("\n## ")[0]
PLAIN = ("str", "pulumi.Output[str]")


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(COMPONENTS.rglob("*.py")):
        yield path, ast.parse(path.read_text())


def component_classes() -> list[tuple[str, str, ast.ClassDef]]:
    return [
        (node.name, str(path.relative_to(COMPONENTS)), node)
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).endswith("ComponentResource") for base in node.bases)
    ]


def test_each_component_has_one_row_with_its_file() -> None:
    rows = [(name, file) for name, file, _, _ in ROW.findall(TABLE)]
    assert sorted(rows) == sorted((name, file) for name, file, _ in component_classes())


def test_every_line_of_the_table_is_a_row() -> None:
    lines = [line for line in TABLE.splitlines() if line.startswith("|")]
    assert len(lines) - 2 == len(ROW.findall(TABLE)), "expected: component | file | owns | does not own"


@pytest.mark.parametrize(("name", "file", "node"), [pytest.param(*found, id=found[0]) for found in component_classes()])
def test_a_component_has_its_type_token_and_a_docstring(name: str, file: str, node: ast.ClassDef) -> None:
    assert f'"voice:index:{name}"' in ast.unparse(node).replace("'", '"'), f"{file}: the type token differs"
    assert ast.get_docstring(node), f"{file}: {name} has no docstring"


def test_a_component_registers_its_plain_outputs() -> None:
    """Every attribute of type `str` or `Output[str]`. Secrets are in the state only once, with their resource."""
    missing = []
    for name, file, node in component_classes():
        registered = {
            key.value
            for call in ast.walk(node)
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "self.register_outputs"
            for key in getattr(call.args[0], "keys", [])
            if isinstance(key, ast.Constant)
        }
        for field, text in zip(node.body, [*node.body[1:], None], strict=True):
            if not isinstance(field, ast.AnnAssign) or ast.unparse(field.annotation) not in PLAIN:
                continue
            secret = isinstance(text, ast.Expr) and ast.literal_eval(text.value).startswith("Secret")
            attribute = ast.unparse(field.target)
            if not secret and camel_case(attribute) not in registered:
                missing.append(f"{file}: {name}.{attribute}")
    assert missing == []


def camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def test_args_do_not_repeat_fields_of_the_scope() -> None:
    shared = {"resource_group_name", "names", "global_names", "tags", "protect", "workspace_id", "audit_workspace_id"}
    repeated = [
        f"{path.relative_to(PROJECT)}: {node.name}.{field.target.id}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name.endswith("Args")
        for field in node.body
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and field.target.id in shared
    ]
    assert repeated == [], "these belong to components.scope.Scope"
