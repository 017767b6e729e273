"""Every `make`, `voice` and `azure-rehearsal` command that a document or a message names exists."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer

from azure_rehearsal.cli.commands import Wiring, application
from tests.unit.stacks import PROJECT
from tools.cli import COMMANDS

LISTED = ("help", "preview", "rehearse", "up", "destroy", "drift", "faults", "capacity", "status", "test", "lint", "ci")
"""The targets that `make help` lists, in its order."""

SUFFIXES = {".md", ".py", ".yaml", ".toml", ".in", ".tpl", ".sh"}
FOLDERS = (".ci", "charts", "components", "docs", "images", "model", "packages", "settings", "tests", "tools")
PROGRAMS = r"(?:\.venv/bin/)?(make|voice|azure-rehearsal)"
QUOTED = re.compile(rf"`{PROGRAMS} ([^`\n]*(?:\n[^`\n]*)?)`|\.venv/bin/(voice|azure-rehearsal) ([^`\n]*)")
TYPED = re.compile(rf"^\s*(?:\$ )?{PROGRAMS} ([^\n]*)", re.MULTILINE)
FENCE = re.compile(r"^( *)```[a-z]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"^([a-z][a-z-]*):(?!=)", re.MULTILINE)
NAME = re.compile(r"[a-z][a-z-]*")


class Named(NamedTuple):
    """A command line that a file names."""

    file: str
    program: str
    words: tuple[str, ...]


@cache
def files() -> tuple[Path, ...]:
    """The text files of the repository, without this test and the golden inventories."""
    found = [path for path in PROJECT.iterdir() if path.suffix in SUFFIXES or path.name == "Makefile"]
    for folder in FOLDERS:
        found += (path for path in (PROJECT / folder).rglob("*") if path.suffix in SUFFIXES or path.name == "run")
    inventories = (PROJECT / "tests" / "golden").rglob("*.yaml")
    return tuple(path for path in {*found} - {*inventories, Path(__file__)} if path.is_file())


def named_in(text: str, markdown: bool) -> Iterator[tuple[str, str]]:
    """Programs with their arguments: in backticks, after `.venv/bin/`, and on the lines of a fenced block."""
    for match in QUOTED.finditer(text):
        yield (match[1] or match[3]), (match[2] or match[4])
    if markdown:
        for block in FENCE.finditer(text):
            yield from ((match[1], match[2]) for match in TYPED.finditer(block[2]))


def words_of(arguments: str) -> tuple[str, ...]:
    line = re.sub(r"\s#.*", "", arguments)
    try:
        return tuple(shlex.split(line))
    except ValueError:  # an apostrophe, or a quotation that continues on the next line
        return tuple(line.split())


@cache
def named() -> tuple[Named, ...]:
    return tuple(
        Named(str(path.relative_to(PROJECT)), program, words_of(arguments))
        for path in files()
        for program, arguments in named_in(path.read_text(), path.suffix == ".md")
    )


def targets() -> set[str]:
    """The targets of the Makefile."""
    return set(TARGET.findall((PROJECT / "Makefile").read_text()))


@cache
def commands(program: str) -> dict[str, Any]:
    """The subcommands of a program by name."""
    if program == "voice":
        return {name: command.load(name) for name, command in COMMANDS.items()}
    group: Any = typer.main.get_command(application(Wiring()))
    return group.commands


def make_targets(words: tuple[str, ...]) -> set[str]:
    """The targets on a command line of `make`: all words except variables, options and placeholders."""
    return {word for word in words if NAME.fullmatch(word)}


def test_make_help_lists_the_commands_for_users() -> None:
    done = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert tuple(re.findall(r"^  make ([a-z-]+) +\S", done.stdout, re.MULTILINE)) == LISTED


def test_every_other_target_has_a_comment() -> None:
    lines = (PROJECT / "Makefile").read_text().splitlines()
    for target in sorted(targets() - set(LISTED)):
        position = lines.index(f".PHONY: {target}")
        assert lines[position - 1].startswith("# "), f"write a comment above `.PHONY: {target}`"


def test_the_named_commands_are_found() -> None:
    """The parser sees each form in which this repository names a command."""
    text = 'Run `make up ENV=prod`, or\n"`.venv/bin/voice flows --check`".\n```\n$ make lint  # fast\n```\n'
    assert list(named_in(text, markdown=True)) == [
        ("make", "up ENV=prod"),
        ("voice", "flows --check"),
        ("make", "lint  # fast"),
    ]
    assert list(named_in("exec .venv/bin/voice status --stack x\nmake the bed", markdown=False)) == [
        ("voice", "status --stack x")
    ]
    assert {program for _, program, _ in named()} == {"make", "voice", "azure-rehearsal"}
    assert {file for file, *_ in named()} >= {
        "README.md",
        "CONTRIBUTING.md",
        "docs/flows.md",
        "tools/generated_files.py",
    }


def test_every_named_make_target_exists() -> None:
    wrong = [item for item in named() if item.program == "make" and not make_targets(item.words) <= targets()]
    assert wrong == []


@pytest.mark.parametrize("program", ["voice", "azure-rehearsal"])
def test_every_named_command_exists_with_its_options(program: str) -> None:
    wrong = []
    for item in named():
        if item.program != program or not item.words or not NAME.fullmatch(item.words[0]):
            continue
        command = commands(program).get(item.words[0])
        known = {option for parameter in command.params for option in parameter.opts} if command else set()
        before_pulumi = item.words[: item.words.index("--")] if "--" in item.words else item.words
        options = {word.partition("=")[0].rstrip(".,") for word in before_pulumi if word.startswith("--")}
        if command is None or not options - {"--help"} <= known:
            wrong.append(item)
    assert wrong == []


def test_documents_name_commands_by_their_program_and_not_by_their_module() -> None:
    wrong = [
        str(path.relative_to(PROJECT))
        for path in files()
        if re.search(r"python -m (tools|settings)\b", path.read_text())
    ]
    assert wrong == []
