"""The program `voice`: its commands, help texts, errors and exit codes."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.unit.stacks import PROJECT
from tests.unit.voice_command import run
from tools import cli, generate
from tools.cli import COMMANDS, unwrapped
from tools.errors import CommandError, UsageError
from tools.generated_files import write_or_check

every_command = pytest.mark.parametrize("name", COMMANDS)

HEAVY = {"pulumi", "pydantic", "pytest", "yaml", "kubernetes", "grpc", "settings", "azure_rehearsal"}
"""Packages that are slow to import. Only commands import them, and not the list of commands."""


def function(name: str) -> Any:
    module, _, attribute = COMMANDS[name].target.partition(":")
    return getattr(import_module(module), attribute)


def test_help_lists_every_command_with_its_summary() -> None:
    code, text = run("--help")
    assert code == 0
    for name, command in COMMANDS.items():
        assert f" {name} " in text
        assert command.summary.split()[0] in text


def test_help_imports_no_command() -> None:
    program = (
        "import sys, json\nfrom tools.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert HEAVY & set(json.loads(done.stderr)) == set()


@every_command
def test_the_summary_is_the_first_line_of_the_help_text(name: str) -> None:
    first = unwrapped(function(name).__doc__).split("\n")[0]
    assert COMMANDS[name].summary == first


@every_command
def test_help_has_an_example_and_the_exit_codes(name: str) -> None:
    code, _ = run(name, "--help")
    assert code == 0
    text = inspect.getdoc(function(name)) or ""
    assert f"Example: `voice {name}" in text
    assert "Exit codes: 0 " in text


@every_command
def test_an_unknown_option_is_wrong_usage(name: str) -> None:
    code, text = run(name, "--no-such-option")
    assert code == 2
    assert "No such option: --no-such-option" in text


def test_an_unknown_command_is_refused_with_a_similar_one() -> None:
    code, text = run("capacty")
    assert code == 2
    assert "Did you mean 'capacity'" in text


@pytest.mark.parametrize("name", [name for name in COMMANDS if "stack" in inspect.signature(function(name)).parameters])
def test_an_unknown_stack_is_refused_with_the_existing_ones(name: str) -> None:
    # `voice preflight STACK` has the stack as an argument.
    named = ["prd"] if name == "preflight" else ["--stack", "prd"]
    code, text = run(name, *named)
    assert code == 2
    assert text.startswith(
        f"voice {name}: Stack 'prd' does not exist. Expected one of: prod, prod-southeastasia, prod-w"
    )
    assert "Fix: name one of them (--stack NAME, or STACK=NAME with make)" in text


def test_a_faulty_stack_file_has_the_exit_code_for_settings(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.own.yaml").write_text("config: {voice:region: nowhere}")
    code, text = run("capacity", "--stack", "own", "--project", str(tmp_path))
    assert code == 2
    assert "voice:regions" in text


@pytest.mark.parametrize(("error", "code"), [(CommandError("it is refused"), 1), (UsageError("it is misspelt"), 2)])
def test_an_error_is_one_line_and_an_exit_code(error: CommandError, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("tools.capacity.settings_of", fail)
    assert run("capacity") == (code, f"voice capacity: {error}")


def test_the_installed_script_runs_the_program() -> None:
    assert 'voice = "tools.cli:main"' in (PROJECT / "pyproject.toml").read_text()
    assert callable(cli.main)


# Generated files


def test_check_names_the_file_and_the_command_that_renews_it(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    file.write_text("old")
    with pytest.raises(CommandError) as caught:
        write_or_check("flows", {file: "new"}, check=True)
    assert str(caught.value).startswith(f"Out of date: {file}. ")
    assert "run `.venv/bin/voice flows` and commit" in str(caught.value)
    assert file.read_text() == "old", "--check writes nothing"


def test_only_files_that_differ_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    same, other, new = tmp_path / "same", tmp_path / "other", tmp_path / "folder" / "new"
    same.write_text("same")
    other.write_text("old")
    before = same.stat().st_mtime_ns
    write_or_check("flows", {same: "same", other: "other", new: "new"}, check=False)
    assert (same.stat().st_mtime_ns, other.read_text(), new.read_text()) == (before, "other", "new")
    assert capsys.readouterr().out == f"voice flows: wrote {new}, {other}.\n"
    write_or_check("flows", {same: "same", other: "other", new: "new"}, check=True)
    assert capsys.readouterr().out == "voice flows: 3 files are up to date.\n"


def test_a_file_that_is_no_longer_generated_is_removed(tmp_path: Path) -> None:
    gone = tmp_path / "gone.json"
    gone.write_text("{}")
    with pytest.raises(CommandError, match=r"gone\.json"):
        write_or_check("definitions", {}, check=True, obsolete=[gone])
    write_or_check("definitions", {}, check=False, obsolete=[gone])
    assert not gone.exists()


def test_generate_reports_every_outdated_file_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {name: tmp_path / name for name in ("schema", "flows", "requirements")}
    files["flows"].write_text("flows")

    def broken() -> dict[Path, str]:
        raise CommandError("a mark is wrong")

    generators = {name: (lambda file=file, name=name: {file: name}) for name, file in files.items()}
    monkeypatch.setattr(generate, "GENERATORS", {**generators, "broken": broken})
    code, text = run("generate", "--check")
    assert code == 1
    assert all(words in text for words in ("voice schema`", "voice requirements`", "a mark is wrong"))
    assert "voice flows`" not in text, "the page of flows is up to date"
    assert not files["schema"].exists()

    monkeypatch.setattr(generate, "GENERATORS", generators)
    assert run("generate")[0] == 0
    assert run("generate", "--check")[0] == 0
    assert files["requirements"].read_text() == "requirements"


def test_every_generator_has_its_own_command() -> None:
    for name in generate.GENERATORS:
        assert COMMANDS[name].panel == cli.GENERATED
        assert "check" in inspect.signature(function(name)).parameters
