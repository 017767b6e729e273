"""`voice requirements`: docs/requirements.md, every requirement with its owner and the tests that prove it.

The requirements are data (docs/requirements.yaml). A test names the requirements that it proves:
`@pytest.mark.requirement("B4", "B6")`. A requirement is built if at least one test names it. Tests are collected, not
run, so neither the Pulumi CLI nor a cluster is needed.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final

import pytest
import typer
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tools.errors import CommandError
from tools.generated_files import Check, write_or_check

PROJECT: Final = Path(__file__).resolve().parent.parent
REGISTER: Final = PROJECT / "docs" / "requirements.yaml"
PAGE: Final = PROJECT / "docs" / "requirements.md"
TESTS: Final = PROJECT / "tests"
MARK: Final = "requirement"
CONFLICT: Final = "K"

Marks = Mapping[str, tuple[str, ...]]
"""The sorted node ids of the tests that name a requirement, by its id."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Requirement(_Data):
    """One requirement. `decided_by` is the id of the conflict whose setting decides how it is met."""

    owner: str
    summary: str
    decided_by: str | None = None


class Conflict(_Data):
    """Two requirements that contradict each other, and the settings (name to default) that decide."""

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
                    raise ValueError(f"{id} is decided by {requirement.decided_by}, which is not an id of the register")
        return self

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all requirements and conflicts."""
        return frozenset(
            id for document in self.documents.values() for id in (*document.requirements, *document.conflicts)
        )


class ReportError(CommandError):
    """The requirements, the marks or the tests are wrong. The message names each mistake."""


def _require_counted(letter: str, ids: Iterable[str]) -> None:
    found = list(ids)
    expected = [f"{letter}{number}" for number in range(1, len(found) + 1)]
    wrong = [
        f"{there} is at the place of {wanted}" for there, wanted in zip(found, expected, strict=True) if there != wanted
    ]
    if wrong:
        raise ValueError(f"ids must count from {letter}1 without gaps: {wrong[0]}")


def load_register(path: Path) -> Register:
    """The register. Raises `ReportError` with every mistake in the file."""
    try:
        return Register.model_validate(yaml.safe_load(path.read_text()))
    except (OSError, yaml.YAMLError) as error:
        raise ReportError(f"cannot read {path}: {error}") from error
    except ValidationError as error:
        raise ReportError(f"{path}: {error}") from error


class _Collector:
    """A pytest plugin that collects marks, also of the tests that the default selection omits."""

    def __init__(self) -> None:
        self.found: dict[str, set[str]] = {}
        self.errors: list[str] = []

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        test = re.sub(r"\[.*\]$", "", item.nodeid)
        for mark in item.iter_markers(MARK):
            for id in mark.args:
                self.found.setdefault(str(id), set()).add(test)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.errors.append(f"{report.nodeid}: {report.longrepr}")


def collect_marks(tests: Path) -> Marks:
    """The marks of all tests in a folder. Raises `ReportError` if pytest cannot collect them."""
    collector = _Collector()
    output = io.StringIO()
    options = ["--collect-only", "--quiet", "-p", "no:cacheprovider"]
    where = ["-c", str(PROJECT / "pyproject.toml"), "--rootdir", str(PROJECT), str(tests)]
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        status = pytest.main([*options, *where], plugins=[collector])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        reasons = "\n".join(collector.errors) or output.getvalue()
        raise ReportError(f"pytest cannot collect the tests in {tests}. Fix these errors first:\n{reasons}")
    return {id: tuple(sorted(tests)) for id, tests in collector.found.items()}


def check_marks(register: Register, marks: Marks) -> None:
    """Raises `ReportError` if a mark names an unknown requirement."""
    unknown = sorted(set(marks) - register.ids)
    if unknown:
        lines = [f"{id}: {', '.join(marks[id])}" for id in unknown]
        raise ReportError(
            "Tests name requirements that docs/requirements.yaml does not have. Fix the marks of these tests:\n"
            + "\n".join(lines)
        )


def render(register: Register, marks: Marks) -> str:
    """The page, in Markdown."""
    return "\n".join(_page(register, marks)) + "\n"


def _page(register: Register, marks: Marks) -> Iterator[str]:
    yield "# Requirements"
    yield ""
    yield "`voice requirements` writes this page from [requirements.yaml](requirements.yaml) and the tests' marks. Do"
    yield "not edit it. A requirement is *built* if a test names it."
    yield ""
    yield from _table(("", "required", "built", "not built"), _counts(register, marks))
    for letter, document in register.documents.items():
        yield ""
        yield f"## {letter}. {document.title}"
        yield ""
        yield from _table(
            ("id", "requirement", "owner", "state"),
            (
                (id, _summary(requirement), requirement.owner, _state(marks.get(id, ())))
                for id, requirement in document.requirements.items()
            ),
        )
        if document.conflicts:
            yield ""
            yield "Settings decide where requirements contradict each other:"
            yield ""
            yield from _table(
                ("id", "conflict", "setting and default", "state"),
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


def _summary(requirement: Requirement) -> str:
    return f"{requirement.summary} ({requirement.decided_by})" if requirement.decided_by else requirement.summary


def _settings(conflict: Conflict) -> str:
    return "<br>".join(f"`{name}` = {default}" for name, default in conflict.settings.items())


def _state(tests: tuple[str, ...]) -> str:
    return "built: " + "<br>".join(f"`{test}`" for test in tests) if tests else "not built"


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (header, ("---",) * len(header), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def texts(register_path: Path = REGISTER, tests: Path = TESTS, page: Path = PAGE) -> dict[Path, str]:
    """The page's file and its text. Raises `ReportError`."""
    register = load_register(register_path)
    marks = collect_marks(tests)
    check_marks(register, marks)
    return {page: render(register, marks)}


def main(
    check: Check = False,
    register: Annotated[Path, typer.Option(help="The file with the requirements.", hidden=True)] = REGISTER,
    tests: Annotated[Path, typer.Option(help="The folder with the tests.", hidden=True)] = TESTS,
    page: Annotated[Path, typer.Option(help="The page to write.", hidden=True)] = PAGE,
) -> None:
    """Writes docs/requirements.md: each requirement and its tests.

    Sources: docs/requirements.yaml and the marks of the tests, which are collected but not run.

    Example: `voice requirements --check`

    Exit codes: 0 up to date or written, 1 out of date (--check), a mark names an unknown requirement, or pytest cannot
    collect the tests, 2 wrong usage.
    """
    write_or_check("requirements", texts(register, tests, page), check=check)
