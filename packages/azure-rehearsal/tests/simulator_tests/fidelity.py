"""The fidelity table: the codes that the sources raise, and `docs/fidelity.md`, which is written from `fidelity.yaml`.

Run it as a module to write the page: `python -m simulator_tests.fidelity` in the tests' directory.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

import azure_rehearsal.azure

SOURCES: Final = Path(azure_rehearsal.azure.__file__).parent
DOCS: Final = Path(__file__).parents[2] / "docs"
TABLE: Final = DOCS / "fidelity.yaml"
PAGE: Final = DOCS / "fidelity.md"

_LIKE_A_CODE: Final = re.compile(r"[A-Z][A-Za-z]{9,}")
_HEAD: Final = """# Fidelity of the simulated Azure

<!-- Written from fidelity.yaml by `python -m simulator_tests.fidelity`. -->

What the simulated Azure refuses, and what each rule rests on. **No rule was confirmed by a run against Azure.**
"Quoted" names a public report or page that quotes Azure's answer; `owner/repository#number` is an issue or a pull
request on GitHub. The other rules name the documentation or source that they follow. Where the behavior of Azure is
doubtful, the rehearsal is the stricter one, unless the row says "more lenient".

Values that only the rehearsal's own lists lack (regions, zones, VM sizes, versions, roles, service tags, diagnostic
categories, private link groups) are warnings that begin with "not known here". Azure is not quoted in them.
"""


def table() -> dict[str, Any]:
    """`fidelity.yaml`."""
    return yaml.safe_load(TABLE.read_text(encoding="utf-8"))


def rows(section: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a section with their source: `(code, {refuses, source, quoted, doubt})`."""
    for code, row in section["rules"].items():
        yield code, {"source": section["source"], **(row if isinstance(row, dict) else {"refuses": row})}


def raised_codes() -> dict[str, set[str]]:
    """Every error code in the sources by package: an argument `code` of a call, or a default of such a parameter.

    `*` stands for a part of a code that is computed.
    """
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCES.rglob("*.py"))}
    positions: dict[str, int] = {"Refused": 0}
    for tree in trees.values():
        positions |= {name: names.index("code") for name, names in _parameters(tree) if "code" in names}
    found: dict[str, set[str]] = defaultdict(set)
    for path, tree in trees.items():
        parts = path.relative_to(SOURCES).parts
        found[parts[1] if parts[0] == "services" else parts[0]] |= set(_codes(tree, positions))
    return {package: codes for package, codes in found.items() if codes}


def _parameters(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """The parameters of each function and the fields of each class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node.name, [argument.arg for argument in node.args.args]
        elif isinstance(node, ast.ClassDef):
            fields = [item.target for item in node.body if isinstance(item, ast.AnnAssign)]
            yield node.name, [target.id for target in fields if isinstance(target, ast.Name)]


def _codes(tree: ast.Module, positions: dict[str, int]) -> Iterator[str]:
    assigned = [
        (node.target.id, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None
    ]
    constants = dict(assigned)
    for name, value in assigned:
        if name == "code":
            yield from _texts(value, constants)
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            yield from _codes_of_keywords(node, constants)
        elif isinstance(node, ast.FunctionDef):
            with_defaults = node.args.args[len(node.args.args) - len(node.args.defaults) :]
            for argument, default in zip(with_defaults, node.args.defaults, strict=True):
                if argument.arg == "code":
                    yield from _texts(default, constants)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in positions:
            argument = _code_argument(node, positions[node.func.id])
            if argument is not None:
                yield from list(_texts(argument, constants)) or _computed(tree, node)


def _code_argument(call: ast.Call, position: int) -> ast.expr | None:
    given = [item.value for item in call.keywords if item.arg == "code"]
    return call.args[position] if len(call.args) > position else next(iter(given), None)


def _texts(value: ast.expr, constants: dict[str, ast.expr]) -> Iterator[str]:
    """The strings that an expression can be."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.Name) and isinstance(constants.get(value.id), ast.Constant):
        yield from _texts(constants[value.id], {})
    elif isinstance(value, ast.IfExp):
        yield from _texts(value.body, constants)
        yield from _texts(value.orelse, constants)
    elif isinstance(value, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in value.values)


def _codes_of_keywords(node: ast.Dict, constants: dict[str, ast.expr]) -> Iterator[str]:
    """The code of keyword arguments that are kept in a dictionary."""
    items = {
        key.value: value for key, value in zip(node.keys, node.values, strict=True) if isinstance(key, ast.Constant)
    }
    if {"code", "message"} <= {*items}:
        yield from _texts(items["code"], constants)


def _computed(tree: ast.Module, call: ast.Call) -> Iterator[str]:
    """The strings in the function of a call whose code is a local variable."""
    for function in ast.walk(tree):
        is_around = isinstance(function, ast.FunctionDef) and any(node is call for node in ast.walk(function))
        if is_around and "code" not in [item.arg for item in function.args.args]:
            for node in ast.walk(function):
                if isinstance(node, ast.Constant) and _LIKE_A_CODE.fullmatch(str(node.value)):
                    yield str(node.value)


def page() -> str:
    """`fidelity.md`."""
    content = table()
    parts = [_HEAD]
    for name, section in content.items():
        if name == "behavior":
            continue
        parts.append(f"## {name}\n\nSource, unless a row names another: {section['source']}.\n")
        parts.append("| code | what is refused | source | confirmed | doubt |\n|---|---|---|---|---|")
        for code, row in rows(section):
            source = "" if row["source"] == section["source"] else row["source"]
            quoted = f"quoted: {row['quoted']}" if "quoted" in row else "never"
            parts.append(f"| `{code}` | {row['refuses']} | {source} | {quoted} | {row.get('doubt', '')} |")
        parts[-1] += "\n"
    parts.append("## Other behavior\n\n| what | source | doubt |\n|---|---|---|")
    parts += [f"| {row['what']} | {row['source']} | {row.get('doubt', '')} |" for row in content["behavior"]]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    listed = {name: {*section["rules"]} for name, section in table().items() if name != "behavior"}
    for package, codes in raised_codes().items():
        for missing in sorted(codes - listed.get(package, set())):
            print(f"{package}: {missing} has no row")
