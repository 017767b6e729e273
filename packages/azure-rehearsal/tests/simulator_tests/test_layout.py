"""The package is complete by itself: it imports what it declares, and its services have one layout."""

from __future__ import annotations

import ast
import importlib
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Final

import pytest

import azure_rehearsal
from azure_rehearsal.azure import services
from azure_rehearsal.azure.core import registry

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


def test_every_service_is_a_package() -> None:
    assert [path.name for path in SERVICES.glob("*.py")] == ["__init__.py"]
    packages = {path.parent.name for path in SERVICES.glob("*/__init__.py")}
    assert packages == set(registry.MODULES)


@pytest.mark.parametrize("name", registry.MODULES)
def test_a_service_collects_the_types_of_its_modules(name: str) -> None:
    service = importlib.import_module(f"{services.__name__}.{name}")
    modules = [
        importlib.import_module(f"{service.__name__}.{path.stem}") for path in (SERVICES / name).glob("[a-z]*.py")
    ]
    collected = {type.token for type in service.TYPES}
    assert collected
    for module in modules:
        assert {type.token for type in getattr(module, "TYPES", ())} <= collected, module.__name__
        functions = getattr(module, "FUNCTIONS", {})
        assert functions.items() <= getattr(service, "FUNCTIONS", {}).items(), module.__name__
