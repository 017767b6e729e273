"""The commands of docs/deploy.md and of the README, run as written.

Placeholders get the values of `PLACEHOLDERS`. Each block of a shell belongs to at least one of the runs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from tests.rehearsal.deploy_page import az
from tests.rehearsal.deploy_page.page import DEPLOY, README, Block, blocks, run, write_commands
from tests.rehearsal.projects import copied_project

pytestmark = pytest.mark.rehearsal

SHELL: Final = "sh"
OTHER_LANGUAGES: Final = {"yaml": "jobs of a pipeline service, which runs them itself"}
"""Languages of blocks that are not run, with the reason."""

VOICE: Final = ".venv/bin/voice"
PRIVATE: Final = "A private API server"
PIPELINE: Final = "Sign-in of a pipeline"
BEFORE_THE_FIRST_STEP: Final = (
    "1. Sign in",
    "2. State and secrets provider",
    "3. Settings",
    "4. Secrets of the workloads",
    "5. Check the subscription",
)

PAGE: Final = list(blocks(DEPLOY))
SCRIPTS: Final = [block for block in PAGE if block.language == SHELL]

PUBLIC_RUN: Final = [block for block in SCRIPTS if block.heading not in (PRIVATE, PIPELINE)]
"""A public API server from the sign-in to the re-creation."""
PRIVATE_RUN: Final = [block for block in SCRIPTS if block.heading in (*BEFORE_THE_FIRST_STEP, PRIVATE)]
PIPELINE_RUN: Final = [block for block in SCRIPTS if block.heading in (*BEFORE_THE_FIRST_STEP, PIPELINE)]
"""Only checks the commands: the simulated Azure has no pipeline."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    found = copied_project(tmp_path / "project")
    write_commands(tmp_path / "commands", found)
    return found


def run_all(scripts: list[Block], project: Path, variables: dict[str, str]) -> None:
    for block in scripts:
        done = run(block, project, project.parent / "commands", variables)
        assert done.returncode == 0, f"{DEPLOY.name}, line {block.line}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def deployments(scripts: list[Block], project: Path) -> list[dict[str, Any]]:
    """Runs the blocks on the simulated Azure. Returns its deployments: command, operations, output."""
    log = project.parent / "log.jsonl"
    run_all(scripts, project, {"DEPLOY_PAGE_STATE": str(project.parent / "state"), "DEPLOY_PAGE_LOG": str(log)})
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def test_every_block_of_a_shell_belongs_to_a_run() -> None:
    assert SCRIPTS
    used = {block.line for scripts in (PUBLIC_RUN, PRIVATE_RUN, PIPELINE_RUN) for block in scripts}
    assert used == {block.line for block in SCRIPTS}
    assert {block.heading for block in SCRIPTS} >= {*BEFORE_THE_FIRST_STEP, PRIVATE, PIPELINE}


def test_every_other_block_has_a_reason() -> None:
    assert {block.language for block in PAGE} - {SHELL} <= OTHER_LANGUAGES.keys()


def test_the_commands_of_the_readme_are_those_of_the_page_in_the_same_order() -> None:
    page = [command for block in SCRIPTS for command in block.commands]
    readme = [
        command
        for block in blocks(README)
        if block.heading == "Deploy it for real"
        for command in block.commands
        if block.language == SHELL
    ]
    assert readme
    rest = iter(page)
    assert [command for command in readme if command not in rest] == []


def test_every_command_and_option_of_the_page_exists(project: Path) -> None:
    run_all(SCRIPTS, project, {})


@pytest.mark.parametrize(
    "command",
    [
        "az groups create --name one --location eastus",
        "az group create --name one --place eastus",
        "az group create --name one",
        "pulumi up --stack nowhere",
        "pulumi login azblob://pulumi",
        "pulumi deploy --stack staging",
        "make rehearsal",
        f"{VOICE} preflight staging --registers",
        f"{VOICE} statuses",
    ],
)
def test_a_command_that_does_not_exist_fails(command: str, project: Path) -> None:
    block = Block("", SHELL, 1, command + "\n")
    assert run(block, project, project.parent / "commands", {}).returncode == 2


def test_the_table_of_azure_commands_has_only_commands_of_the_page() -> None:
    text = "\n".join(block.text for block in SCRIPTS)
    known = az.yaml.safe_load(az.COMMANDS.read_text(encoding="utf-8"))
    assert [command for command in known if f"az {command}" not in text] == []


@pytest.mark.exhaustive
@pytest.mark.usefixtures("cli")
def test_the_page_deploys_the_platform_step_by_step_removes_it_and_creates_it_again(
    project: Path,
) -> None:
    found = deployments(PUBLIC_RUN, project)
    assert [item["command"] for item in found] == ["preview", "up", "up", "preview", "up", "destroy", "up"]
    plan, first, delegated, _, workloads, destroyed, again = found
    assert "example value" not in plan["text"]
    assert set(first["changes"]) == {"create"} == set(workloads["changes"])
    assert set(delegated["changes"]) == {"create", "update", "delete"}
    assert set(destroyed["changes"]) == {"delete"}
    assert again["changes"]["create"] == destroyed["changes"]["delete"]


@pytest.mark.exhaustive
@pytest.mark.usefixtures("cli")
def test_the_page_deploys_a_private_api_server_in_two_steps(project: Path) -> None:
    found = deployments(PRIVATE_RUN, project)
    assert [item["command"] for item in found] == ["up", "up"]
    assert all(set(item["changes"]) == {"create"} for item in found)
    assert "kubernetes" not in found[0]["text"].replace("voice-eastus-aks", "").split("Outputs:")[0]
