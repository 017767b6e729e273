"""The pull-request pipelines: least permissions, pinned actions, and shell steps that do what their page says.

The tests run each shell step of both pipelines literally, with fakes on PATH for the programs of others.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.unit.stacks import PROJECT

GITHUB: Final = PROJECT / ".github" / "workflows" / "pull-request.yml"
AZURE: Final = PROJECT / ".azuredevops" / "pull-request.yml"
PINNED: Final = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40}")

CALLS: Final = """
printf '%s' "$(basename "$0")" >> "$CALLS"
printf ' %s' "$@" >> "$CALLS"
printf '\\n' >> "$CALLS"
"""
"""A line of shell in each fake: it logs the call."""


class Shell:
    """Runs a step as a runner does, in its own directory, with fake programs first on PATH."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.programs = directory / "programs"
        self.programs.mkdir()
        self.log = directory / "calls.log"
        self.log.touch()

    def fake(self, name: str, body: str = "") -> None:
        program = self.programs / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!/usr/bin/env bash\n{CALLS}\n{textwrap.dedent(body)}")
        program.chmod(0o755)

    def run(self, script: str, environment: Mapping[str, str], directory: str = ".") -> str:
        """What the step printed. Fails with its output if the step fails."""
        working = self.directory / directory
        working.mkdir(parents=True, exist_ok=True)
        result = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=working,
            env={"PATH": f"{self.programs}:{os.environ['PATH']}", "CALLS": str(self.log), **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    @property
    def calls(self) -> list[str]:
        return self.log.read_text().splitlines()

    def page(self, name: str, text: str) -> None:
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def github() -> dict[str, Any]:
    return yaml.safe_load(GITHUB.read_text())


def github_steps(job: str) -> dict[str, dict[str, Any]]:
    return {step.get("name", step.get("uses", "")): step for step in github()["jobs"][job]["steps"]}


def azure_jobs() -> dict[str, dict[str, Any]]:
    """The jobs of the Azure pipeline, also those inside a template expression."""

    def jobs(entries: list[Any]) -> Iterator[dict[str, Any]]:
        for entry in entries:
            if "job" in entry:
                yield entry
            else:
                yield from jobs(next(iter(entry.values())))

    return {job["job"]: job for job in jobs(yaml.safe_load(AZURE.read_text())["jobs"])}


def azure_step(job: str, name: str) -> dict[str, Any]:
    return next(step for step in azure_jobs()[job]["steps"] if step.get("displayName") == name)


# --- What the pipelines may do


def test_every_action_is_pinned_by_digest() -> None:
    used = [step["uses"] for job in github()["jobs"].values() for step in job["steps"] if "uses" in step]
    assert used
    assert [action for action in used if not PINNED.fullmatch(action)] == []


def test_every_job_states_its_permissions_and_only_comments_are_written() -> None:
    workflow = github()
    assert workflow["permissions"] == {}
    assert {name: job["permissions"] for name, job in workflow["jobs"].items()} == {
        "rehearsal": {"contents": "read"},
        "azure": {"contents": "read", "id-token": "write"},
        "comment": {"pull-requests": "write"},
    }


def test_the_job_that_writes_runs_no_code_of_the_pull_request() -> None:
    assert not [step for step in github()["jobs"]["comment"]["steps"] if "checkout" in step.get("uses", "")]
    assert {"checkout": "none"} in azure_jobs()["comment"]["steps"]


def test_only_the_comments_get_a_token_and_no_pipeline_names_a_secret() -> None:
    assert "secrets." not in GITHUB.read_text()
    for job in ("rehearsal", "azure"):
        assert "github.token" not in yaml.safe_dump(github()["jobs"][job])
        assert "System.AccessToken" not in yaml.safe_dump(azure_jobs()[job])


def test_no_step_expands_text_of_the_pull_request_in_its_script() -> None:
    """An expression inside `run` is replaced before the shell reads it, so a branch's name could be a command."""
    for job in github()["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")


def test_a_fork_gets_neither_the_identity_nor_the_token() -> None:
    for job in ("azure", "comment"):
        assert "head.repo.full_name == github.repository" in github()["jobs"][job]["if"]
        assert "ne(variables['System.PullRequest.IsFork'], 'True')" in azure_jobs()[job]["condition"]


def test_the_pulumi_cli_is_the_version_of_the_rehearsal() -> None:
    modules = (PROJECT / "packages/azure-rehearsal/src/azure_rehearsal/go/pulumi/go.mod").read_text()
    version = re.search(r"github.com/pulumi/pulumi/pkg/v3 v(\S+)", modules)
    assert version
    assert github_steps("azure")["Install the Pulumi CLI"]["with"]["pulumi-version"] == version[1]


# --- The shell steps


@pytest.mark.parametrize("pipeline", ["github", "azure"])
def test_the_rehearsal_reviews_the_change_against_the_target_branch(shell: Shell, pipeline: str) -> None:
    shell.fake("make")
    shell.fake("git")
    shell.fake("../change/.venv/bin/voice")
    if pipeline == "github":
        step = github_steps("rehearsal")["Preview the change on a simulated Azure"]
        assert step["working-directory"] == "change"
        shell.run(step["run"], {}, "change")
        assert shell.calls == ["make venv", "voice review --base ../target --pages ../pages"]
    else:
        step = azure_step("rehearsal", "Preview the change on a simulated Azure")
        shell.run(step["bash"], {"BUILD_ARTIFACTSTAGINGDIRECTORY": "/staging"}, "change")
        assert shell.calls == [
            "git worktree add ../target HEAD^1",
            "make venv",
            "voice review --base ../target --pages /staging",
        ]


def test_the_pages_are_in_the_summary_of_the_run(shell: Shell) -> None:
    shell.page("pages/prod.md", "the page of prod\n")
    step = github_steps("rehearsal")["Show the pages in the summary of the run"]
    shell.run(step["run"], {"GITHUB_STEP_SUMMARY": str(shell.directory / "summary.md")})
    assert (shell.directory / "summary.md").read_text() == "the page of prod\n"

    step = azure_step("rehearsal", "Show the pages in the summary of the run")
    pages = shell.directory / "pages"
    shown = shell.run(step["bash"], {"BUILD_ARTIFACTSTAGINGDIRECTORY": str(pages)})
    assert shown == f"##vso[task.uploadsummary]{pages}/prod.md\n"


def test_the_preview_on_azure_signs_in_with_the_token_of_the_pipeline(shell: Shell) -> None:
    shell.fake("make")
    shell.fake("../.venv/bin/voice", 'echo "$ARM_CLIENT_ID $ARM_TENANT_ID $ARM_SUBSCRIPTION_ID $ARM_OIDC_TOKEN"')
    shell.run(github_steps("azure")["Preview every stack on Azure"]["run"], {})
    assert shell.calls == ["make venv", "voice review --azure --pages pages"]

    shell.fake("az", "echo subscription")
    step = azure_step("azure", "Preview every stack on Azure")
    identity = {"idToken": "token", "servicePrincipalId": "client", "tenantId": "tenant"}
    shown = shell.run(step["inputs"]["inlineScript"], {"BUILD_ARTIFACTSTAGINGDIRECTORY": "/staging", **identity})
    assert shown == "client tenant subscription token\n"
    assert shell.calls[-1] == "voice review --azure --pages /staging"


FAKE_GH: Final = """
case "$*" in
  *--paginate*) echo "$COMMENT" ;;
  *) cp comment.md "$SENT" ;;
esac
"""


@pytest.mark.parametrize(
    ("comment", "sent"),
    [
        ("", "gh api --silent --method POST repos/o/r/issues/7/comments --field body=@comment.md"),
        ("42", "gh api --silent --method PATCH repos/o/r/issues/comments/42 --field body=@comment.md"),
    ],
    ids=["first", "renewed"],
)
def test_github_gets_one_comment_for_each_page(shell: Shell, comment: str, sent: str) -> None:
    shell.fake("gh", FAKE_GH)
    shell.page("pages/prod.md", "the page of prod\n")
    step = github_steps("comment")["Post each page, or renew its comment"]
    body = shell.directory / "body.md"
    shell.run(
        step["run"],
        {"GITHUB_REPOSITORY": "o/r", "NUMBER": "7", "GH_TOKEN": "t", "COMMENT": comment, "SENT": str(body)},
    )
    assert shell.calls[0].startswith("gh api --paginate repos/o/r/issues/7/comments --jq")
    assert shell.calls[1:] == [sent]
    assert body.read_text() == "<!-- voice review: prod -->\nthe page of prod\n"


FAKE_CURL: Final = """
case "$*" in
  *--request*) cat > "$SENT" ;;
  *) printf '%s' "$THREADS" ;;
esac
"""


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed; Microsoft's images have it")
@pytest.mark.parametrize("renewed", [False, True], ids=["first", "renewed"])
def test_azure_repos_gets_one_comment_for_each_page(shell: Shell, renewed: bool) -> None:
    shell.fake("curl", FAKE_CURL)
    shell.page("pages-rehearsal/prod.md", "the page of prod\n")
    own = {"id": 9, "comments": [{"id": 1, "content": "<!-- voice review: prod -->\nold"}]}
    others = [
        {"id": 1, "comments": [{"id": 1}]},
        {"id": 2, "comments": [{"id": 1, "content": "<!-- voice review: prod-westeurope -->\nold"}]},
    ]
    body = shell.directory / "body.json"
    shell.run(
        azure_step("comment", "Post each page, or renew its comment")["bash"],
        {
            "SYSTEM_COLLECTIONURI": "https://dev.azure.com/o/",
            "SYSTEM_TEAMPROJECTID": "p",
            "BUILD_REPOSITORY_ID": "r",
            "SYSTEM_PULLREQUEST_PULLREQUESTID": "7",
            "SYSTEM_ACCESSTOKEN": "t",
            "PIPELINE_WORKSPACE": str(shell.directory),
            "THREADS": json.dumps({"value": [*others, own] if renewed else others}),
            "SENT": str(body),
        },
    )
    threads = "https://dev.azure.com/o/p/_apis/git/repositories/r/pullRequests/7/threads"
    assert shell.calls[0].endswith(f"{threads}?api-version=7.1")
    content = "<!-- voice review: prod -->\nthe page of prod\n"
    if renewed:
        assert shell.calls[1].endswith(f"--request PATCH --data @- {threads}/9/comments/1?api-version=7.1")
        assert json.loads(body.read_text()) == {"content": content}
    else:
        assert shell.calls[1].endswith(f"--request POST --data @- {threads}?api-version=7.1")
        assert json.loads(body.read_text()) == {
            "status": "closed",
            "comments": [{"parentCommentId": 0, "commentType": "text", "content": content}],
        }


@pytest.mark.parametrize("pipeline", ["github", "azure"])
def test_a_page_with_a_strange_name_is_not_posted(shell: Shell, pipeline: str) -> None:
    """The pages come from a job that runs the pull request's code."""
    shell.fake("gh", FAKE_GH)
    shell.fake("curl", FAKE_CURL)
    shell.page('pages-rehearsal/x") or true #.md', "text")
    shell.page('pages/x") or true #.md', "text")
    variables = ("SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECTID", "BUILD_REPOSITORY_ID", "SYSTEM_ACCESSTOKEN")
    environment = dict.fromkeys((*variables, "SYSTEM_PULLREQUEST_PULLREQUESTID", "GITHUB_REPOSITORY", "NUMBER"), "x")
    name = "Post each page, or renew its comment"
    script = github_steps("comment")[name]["run"] if pipeline == "github" else azure_step("comment", name)["bash"]
    shown = shell.run(script, {**environment, "PIPELINE_WORKSPACE": str(shell.directory)})
    assert "is not posted" in shown
    assert shell.calls == []


def test_every_shell_step_has_a_test() -> None:
    """The steps above are all of them; a new one needs a test."""
    github_names = {name for job in github()["jobs"] for name, step in github_steps(job).items() if "run" in step}
    azure_names = {
        step["displayName"]
        for job in azure_jobs().values()
        for step in job["steps"]
        if "bash" in step or step.get("task") == "AzureCLI@2"
    }
    assert (
        github_names
        == azure_names
        == {
            "Preview the change on a simulated Azure",
            "Show the pages in the summary of the run",
            "Preview every stack on Azure",
            "Post each page, or renew its comment",
        }
    )
