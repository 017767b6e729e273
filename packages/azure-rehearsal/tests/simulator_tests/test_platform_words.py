"""The simulator does not know the project that it rehearses: no text of the package names a part of the project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import azure_rehearsal

SOURCE: Final = Path(azure_rehearsal.__file__).parent
PACKAGE: Final = Path(__file__).parents[2]
WORDS: Final = re.compile(
    r"\b(?:voice|telephon\w*|sip|rtp|livekit|kamailio|freeswitch|carriers?|trunks?)\b"  # what the project is about
    r"|\b(?-i:ADR|RUNBOOK)\b|\bdocs/(?:runbooks|decisions)/"  # its documents
    r"|\bmake (?:up|clean|status|destroy|preview|rehearse|drift|faults|capacity|definitions)\b"  # its make targets
    r"|(?<![\w/.])(?:settings|components|model|charts)/\w+\.py",  # its modules
    re.IGNORECASE,
)
SUFFIXES: Final = {".py", ".yaml", ".toml", ".md"}


def texts(directory: Path) -> Iterator[Path]:
    return (path for path in sorted(directory.rglob("*")) if path.suffix in SUFFIXES)


def findings(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [f"{path}:{number}: {line.strip()}" for number, line in enumerate(lines, 1) if WORDS.search(line)]


SUBPACKAGES: Final = [pytest.param(path.parent, id=path.parent.name) for path in sorted(SOURCE.glob("*/__init__.py"))]


@pytest.mark.parametrize("directory", SUBPACKAGES)
def test_a_subpackage_names_nothing_of_the_project(directory: Path) -> None:
    assert [line for path in texts(directory) for line in findings(path)] == []


def test_the_modules_and_documents_of_the_package_name_nothing_of_the_project() -> None:
    paths = [*SOURCE.glob("*.py"), PACKAGE / "README.md", PACKAGE / "pyproject.toml", *texts(PACKAGE / "docs")]
    assert len(paths) > 5
    assert [line for path in paths for line in findings(path)] == []


@pytest.mark.parametrize(
    "text",
    [
        "deploy once with `voice:protect: false`",
        "voice:aks.kubernetesVersion",
        "rehearsal.voice.platform/cause",
        "~/.cache/voice-platform",
        "ADR 0005",
        "docs/decisions/0005-generations-of-node-pools.md",
        "follow docs/runbooks/killed-deployment.md",
        "deploy with `make up`",
        "settings/charts.py",
    ],
)
def test_the_search_finds_known_names_of_a_project(text: str) -> None:
    assert WORDS.search(text)
