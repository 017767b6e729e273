"""The option groups of the commands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from azure_rehearsal.cli.commands import Wiring, application
from azure_rehearsal.cli.options import DEFAULT_STATE, StackOptions, StacksOptions, expand_option_groups
from azure_rehearsal.errors import UsageError
from simulator_tests.tiny_adapter import TinyAdapter


@dataclass(frozen=True)
class Dish:
    """A group."""

    name: Annotated[str, typer.Option(help="The name.")]
    spoons: Annotated[int, typer.Option(help="The amount of salt.", min=0)] = 1


def test_a_group_becomes_one_option_per_field_and_the_command_receives_the_group() -> None:
    app, cooked = typer.Typer(), []

    @app.command()
    @expand_option_groups
    def cook(who: Annotated[str, typer.Argument()], dish: Dish, hot: bool = False) -> None:
        cooked.append((who, dish, hot))

    runner = CliRunner()
    assert runner.invoke(app, ["ann", "--name", "soup", "--hot"]).exit_code == 0
    assert runner.invoke(app, ["bob", "--spoons", "3", "--name", "stew"]).exit_code == 0
    assert cooked == [("ann", Dish("soup", 1), True), ("bob", Dish("stew", 3), False)]
    assert runner.invoke(app, ["ann"]).exit_code == 2, "an option without a default is required"
    assert runner.invoke(app, ["ann", "--name", "soup", "--spoons", "-1"]).exit_code == 2, "the limit applies"


def test_an_environment_selects_all_its_stacks_and_otherwise_one_stack_is_selected(tiny: Path) -> None:
    adapter = TinyAdapter(tiny)
    assert StacksOptions(stack="staging", project=tiny).stacks(adapter) == ["staging"]
    assert StacksOptions(project=tiny, environment="any").stacks(adapter) == ["staging", "staging-west"]
    with pytest.raises(UsageError, match="unknown stack 'none'"):
        StackOptions(stack="none", project=tiny).stacks(adapter)


def test_the_state_is_in_the_project_unless_another_directory_is_named(tmp_path: Path) -> None:
    assert StackOptions(project=tmp_path).state_directory == tmp_path / DEFAULT_STATE
    assert StackOptions(project=tmp_path, state=Path("there")).state_directory == Path("there")


def test_a_command_that_does_not_run_the_program_has_no_config_option() -> None:
    answer = CliRunner().invoke(application(Wiring()), ["change", "name", "--config", "shop:protect=false"])
    assert answer.exit_code == 2
