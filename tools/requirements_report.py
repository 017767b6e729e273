"""Writes docs/requirements.md: every requirement, who owns it, and which tests prove it.

    python -m tools.requirements_report [--check]

The requirements are data (docs/requirements.yaml); a test names those that it proves by
`@pytest.mark.requirement("B4", "B6")`. A requirement counts as built when at least one test names it. The tests are
only collected, not run, so neither the Pulumi CLI nor a cluster is needed.

Exit status: 0 written, or up to date with --check; 1 a mark names no requirement, the register is not what it must be,
tests cannot be collected, or the page is out of date; 2 wrong usage.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

PROJECT: Final = Path(__file__).resolve().parent.parent
REGISTER: Final = PROJECT / "docs" / "requirements.yaml"
PAGE: Final = PROJECT / "docs" / "requirements.md"
MARK: Final = "requirement"
CONFLICT: Final = "K"

Marks = Mapping[str, tuple[str, ...]]
"""Requirement id to the node ids of the tests that name it, sorted."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Requirement(_Data):
    """One thing that must hold. `decided_by` names the conflict whose setting says how."""

    owner: str
    summary: str
    decided_by: str | None = None


class Conflict(_Data):
    """Two requirements that cannot both hold, and the settings (name to default) that choose."""

    summary: str
    settings: dict[str, str] = Field(min_length=1)


class Document(_Data):
    """The requirements of one source, ids `<letter><number>` counted from 1 without gaps."""

    title: str
    requirements: dict[str, Requirement]
    conflicts: dict[str, Conflict] = Field(default_factory=dict)


class Register(_Data):
    """All requirements."""

    documents: dict[str, Document]

    @model_validator(mode="after")
    def _ids_are_counted(self) -> Register:
        for letter, document in self.documents.items():
            _require_counted(letter, document.requirements)
        _require_counted(CONFLICT, [id for document in self.documents.values() for id in document.conflicts])
        for document in self.documents.values():
            for id, requirement in document.requirements.items():
                if requirement.decided_by is not None and requirement.decided_by not in self.ids:
                    raise ValueError(f"{id} is decided by {requirement.decided_by}, which is no id of the register")
        return self

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all requirements and conflicts."""
        return frozenset(
            id for document in self.documents.values() for id in (*document.requirements, *document.conflicts)
        )


class ReportError(Exception):
    """What the reader must correct, in words."""


def _require_counted(letter: str, ids: Iterable[str]) -> None:
    found = list(ids)
    expected = [f"{letter}{number}" for number in range(1, len(found) + 1)]
    wrong = [
        f"{there} stands where {wanted} belongs"
        for there, wanted in zip(found, expected, strict=True)
        if there != wanted
    ]
    if wrong:
        raise ValueError(f"ids must count from {letter}1 without gaps: {wrong[0]}")


def load_register(path: Path) -> Register:
    """The register. Raises `ReportError` with everything that is wrong with the file."""
    try:
        return Register.model_validate(yaml.safe_load(path.read_text()))
    except (OSError, yaml.YAMLError) as error:
        raise ReportError(f"cannot read {path}: {error}") from error
    except ValidationError as error:
        raise ReportError(f"{path}: {error}") from error


class _Collector:
    """A pytest plugin that notes marks. It sees tests that the default selection leaves out as well."""

    def __init__(self) -> None:
        self.found: dict[str, set[str]] = {}

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        test = re.sub(r"\[.*\]$", "", item.nodeid)
        for mark in item.iter_markers(MARK):
            for id in mark.args:
                self.found.setdefault(str(id), set()).add(test)


def collect_marks(tests: Path) -> Marks:
    """The marks of all tests below a folder. Raises `ReportError` when the tests cannot be collected."""
    collector = _Collector()
    output = io.StringIO()
    options = ["--collect-only", "--quiet", "-p", "no:cacheprovider"]
    where = ["-c", str(PROJECT / "pyproject.toml"), "--rootdir", str(PROJECT), str(tests)]
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        status = pytest.main([*options, *where], plugins=[collector])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise ReportError(f"the tests in {tests} cannot be collected:\n{output.getvalue()}")
    return {id: tuple(sorted(tests)) for id, tests in collector.found.items()}


def check_marks(register: Register, marks: Marks) -> None:
    """Raises `ReportError` for every mark that names no requirement."""
    strangers = sorted(set(marks) - register.ids)
    if strangers:
        lines = [f"{id}: {', '.join(marks[id])}" for id in strangers]
        raise ReportError("marks name requirements that docs/requirements.yaml does not have:\n" + "\n".join(lines))


def render(register: Register, marks: Marks) -> str:
    """The page, in Markdown."""
    return "\n".join(_page(register, marks)) + "\n"


def _page(register: Register, marks: Marks) -> Iterator[str]:
    yield "# Requirements"
    yield ""
    yield "`make requirements` writes this page from [requirements.yaml](requirements.yaml) and the marks of the tests."
    yield "Do not edit it. A requirement is *built* when a test names it."
    yield ""
    yield from _table(("", "required", "built", "not built"), _counts(register, marks))
    for letter, document in register.documents.items():
        yield ""
        yield f"## {letter}. {document.title}"
        yield ""
        yield from _table(
            ("id", "what", "owner", "state"),
            (
                (id, _what(requirement), requirement.owner, _state(marks.get(id, ())))
                for id, requirement in document.requirements.items()
            ),
        )
        if document.conflicts:
            yield ""
            yield "Where requirements contradict each other, a setting decides:"
            yield ""
            yield from _table(
                ("id", "what", "setting and default", "state"),
                (
                    (id, conflict.summary, _settings(conflict), _state(marks.get(id, ())))
                    for id, conflict in document.conflicts.items()
                ),
            )


def _counts(register: Register, marks: Marks) -> Iterator[tuple[str, ...]]:
    rows = [
        (f"{letter}. {document.title}", [*document.requirements]) for letter, document in register.documents.items()
    ]
    rows.append(("Conflicts", [id for document in register.documents.values() for id in document.conflicts]))
    rows.append(("**All**", [id for _, ids in rows for id in ids]))
    for title, ids in rows:
        built = sum(id in marks for id in ids)
        yield title, str(len(ids)), str(built), str(len(ids) - built)


def _what(requirement: Requirement) -> str:
    return f"{requirement.summary} ({requirement.decided_by})" if requirement.decided_by else requirement.summary


def _settings(conflict: Conflict) -> str:
    return "<br>".join(f"`{name}` = {default}" for name, default in conflict.settings.items())


def _state(tests: tuple[str, ...]) -> str:
    return "built: " + "<br>".join(f"`{test}`" for test in tests) if tests else "not built"


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (header, ("---",) * len(header), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def run(*, register_path: Path, tests: Path, page: Path, check: bool) -> str:
    """Writes the page, or checks it; returns a line to show. Raises `ReportError`."""
    register = load_register(register_path)
    marks = collect_marks(tests)
    check_marks(register, marks)
    text = render(register, marks)
    built = f"{len(marks)} of {len(register.ids)} requirements are built"
    if not check:
        page.write_text(text)
        return f"{page}: {built}"
    if not page.exists() or page.read_text() != text:
        raise ReportError(f"{page} is out of date: run make requirements and commit it.")
    return f"{page} is up to date: {built}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail when the page is out of date")
    parser.add_argument("--register", type=Path, default=REGISTER, help="the requirements (default: %(default)s)")
    parser.add_argument("--tests", type=Path, default=PROJECT / "tests", help="where tests are (default: %(default)s)")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page to write (default: %(default)s)")
    options: Any = parser.parse_args(arguments)
    try:
        print(run(register_path=options.register, tests=options.tests, page=options.page, check=options.check))
    except ReportError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
