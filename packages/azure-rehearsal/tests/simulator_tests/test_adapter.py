"""The project's adapter, and the defaults without one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from azure_rehearsal import remedies
from azure_rehearsal.adapter import Adapter, load
from azure_rehearsal.cli.commands import Wiring, application
from azure_rehearsal.engine.caller import Caller
from azure_rehearsal.errors import UsageError
from simulator_tests.tiny_adapter import TinyAdapter


def project(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(text)
    return folder


def test_a_project_without_pyproject_or_without_the_table_gets_the_defaults(tmp_path: Path) -> None:
    assert type(load(tmp_path)) is Adapter
    assert type(load(project(tmp_path, "[project]\nname = 'mine'\n"))) is Adapter


def test_the_adapter_class_of_a_project_is_loaded(tiny: Path) -> None:
    adapter = load(tiny)
    assert isinstance(adapter, TinyAdapter)
    assert adapter.project == tiny


def test_the_adapter_is_imported_from_the_project_whatever_the_working_directory(tmp_path: Path) -> None:
    project(tmp_path, '[tool.azure-rehearsal]\nadapter = "own_adapter:Own"\n')
    (tmp_path / "own_adapter.py").write_text("from azure_rehearsal.adapter import Adapter\n\nclass Own(Adapter): ...\n")
    code = "import pathlib, sys; from azure_rehearsal.adapter import load; print(type(load(pathlib.Path(sys.argv[1]))))"
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
    assert done.stdout == "<class 'own_adapter.Own'>\n"


@pytest.mark.parametrize(
    "name", ["no_such_module:Own", "azure_rehearsal.adapter:NoSuchClass", "", "azure_rehearsal.adapter"]
)
def test_an_adapter_that_cannot_be_loaded_is_wrong_usage(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"cannot be loaded .* Expected: module:Class"):
        load(project(tmp_path, f'[tool.azure-rehearsal]\nadapter = "{name}"\n'))


def test_a_pyproject_that_is_not_toml_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not TOML"):
        load(project(tmp_path, "[tool"))


def test_without_an_adapter_the_caller_comes_from_the_provider_configuration(tmp_path: Path) -> None:
    config = {"azure-native:subscriptionId": "s", "azure-native:tenantId": "t", "mine:other": 1}
    assert Adapter(tmp_path).caller(config) == Caller(tmp_path, "s", "t")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("preview", "--env", "prod"), "does not define the stacks of an environment"),
        (("faults",), "name one with --edit KEY=VALUE"),
    ],
)
def test_options_that_need_an_adapter_are_refused_without_one(
    tiny: Path, arguments: tuple[str, ...], reason: str
) -> None:
    (tiny / "pyproject.toml").unlink()
    command, *rest = arguments
    options = ["--project", str(tiny), "--state", str(tiny / "state"), *rest]
    result = CliRunner().invoke(application(Wiring()), [command, *options])
    assert result.exit_code == 2
    assert reason in result.stderr


def test_the_remedy_for_protected_resources_names_the_settings_that_lift_the_protection(tmp_path: Path) -> None:
    assert "`shop:protect: false`" in TinyAdapter(tmp_path).remedy_for(remedies.PROTECTED)
    assert Adapter(tmp_path).remedy_for(remedies.PROTECTED) == ""
    assert TinyAdapter(tmp_path).remedy_for("AuthorizationFailed") == ""
