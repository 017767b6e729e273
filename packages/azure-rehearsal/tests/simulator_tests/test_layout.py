"""The package is complete by itself: it imports what it declares, and its services have one layout."""

from __future__ import annotations

import ast
import importlib
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

import pytest

import azure_rehearsal
from azure_rehearsal.azure import services
from azure_rehearsal.azure.core import type_registry

SOURCE: Final = Path(azure_rehearsal.__file__).parent
PROJECT: Final = Path(__file__).parents[2]
SERVICES: Final = Path(services.__file__).parent


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def declared() -> set[str]:
    """The distributions that pyproject.toml names, extras included."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    return {name.lower() for names in (project["dependencies"], *extras) for name in names}


def test_only_declared_distributions_are_imported() -> None:
    allowed = {"azure_rehearsal", *sys.stdlib_module_names}
    distributions = metadata.packages_distributions()
    for path in SOURCE.rglob("*.py"):
        for module in set(imports(path)) - allowed:
            assert {name.lower() for name in distributions.get(module, [])} & declared(), f"{path}: {module}"


def test_every_declared_distribution_is_installed() -> None:
    for name in declared():
        assert metadata.version(name)


def snake_case(name: str) -> str:
    """`public_ip_address` for `PublicIPAddress`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def test_every_service_is_a_package() -> None:
    assert [path.name for path in SERVICES.glob("*.py")] == ["__init__.py"]
    packages = {path.parent.name for path in SERVICES.glob("*/__init__.py")}
    assert packages == set(type_registry.SERVICES)


@pytest.mark.parametrize("name", type_registry.SERVICES)
def test_an_init_only_collects_types_and_functions(name: str) -> None:
    docstring, *statements = ast.parse((SERVICES / name / "__init__.py").read_text()).body
    assert isinstance(docstring, ast.Expr)
    for statement in statements:
        if not isinstance(statement, ast.ImportFrom):
            assert isinstance(statement, ast.AnnAssign)
            assert ast.unparse(statement.target) in ("TYPES", "FUNCTIONS")


@pytest.mark.parametrize("name", type_registry.SERVICES)
def test_each_type_has_a_module_named_after_it(name: str) -> None:
    service = importlib.import_module(f"{services.__name__}.{name}")
    modules = {
        path.stem: importlib.import_module(f"{service.__name__}.{path.stem}")
        for path in (SERVICES / name).glob("[a-z]*.py")
    }
    found = {module: value.TYPE.token for module, value in modules.items() if hasattr(value, "TYPE")}
    assert sorted(found.values()) == sorted(type.token for type in service.TYPES)
    for module, token in found.items():
        _, package, type = token.split(":")
        assert (package, snake_case(type)) == (name, module)


@pytest.mark.parametrize("name", type_registry.SERVICES)
def test_a_service_collects_the_functions_of_its_modules(name: str) -> None:
    service = importlib.import_module(f"{services.__name__}.{name}")
    collected = getattr(service, "FUNCTIONS", {})
    for path in (SERVICES / name).glob("[a-z]*.py"):
        module = importlib.import_module(f"{service.__name__}.{path.stem}")
        assert getattr(module, "FUNCTIONS", {}).items() <= collected.items(), module.__name__
    assert all(token.split(":")[1] == name for token in collected)
