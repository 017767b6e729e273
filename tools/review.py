"""`voice review`: what a change does to each environment, as pages for the comments of a pull request.

Owns the pages and their order. Does not post them: the pull-request pipelines (.github/workflows/pull-request.yml and
.azuredevops/pull-request.yml) do, in a job that runs no code of the pull request.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Final

import typer

from azure_rehearsal.errors import UsageError as RehearsalUsageError
from tools.errors import CommandError, UsageError
from tools.rehearsal_adapter import VoiceAdapter
from tools.stack_files import DEFAULT_PROJECT, Project

PAGE_LIMIT: Final = 60_000
"""Characters of a page from Pulumi. GitHub refuses a comment of more than 65,536."""

_FENCE: Final = "````"
_REHEARSAL: Final = (sys.executable, "-m", "azure_rehearsal")
_NEW: Final = "There is no deployment of the target branch to compare with: this is a first deployment.\n\n"
_NOT_DEPLOYED: Final = (
    "The rehearsal could not deploy the target branch, so this is a first deployment. The log of the check has the"
    " reason.\n\n"
)


def environments(project: Path) -> list[str]:
    """The environments of the stack files. Raises `UsageError` for a file that cannot be read."""
    try:
        return VoiceAdapter(project).environments()
    except RehearsalUsageError as error:
        raise UsageError("\n".join(error.problems)) from None


def review_rehearsed(project: Path, base: Path | None, pages: Path) -> list[str]:
    """Writes `<environment>.md` for each environment: the planned change on the simulated Azure.

    The simulated Azure first gets the deployment of `base`, a checkout of the target branch, so that a page shows only
    the operations of the change. Without `base`, or where `base` has no such environment or cannot deploy it, the page
    shows a first deployment and says so. Returns the environments whose preview was refused.
    """
    refused = []
    deployable = environments(base) if base else []
    for environment in environments(project):
        page = pages / f"{environment}.md"
        with tempfile.TemporaryDirectory(prefix="review-") as state:
            note = _NEW
            if base and environment in deployable:
                note = _deploy_base(base, environment, Path(state))
            typer.echo(f"{environment}: preview of the change …")
            command = [*_REHEARSAL, "preview", "--env", environment, "--state", state, "--markdown", str(page)]
            run = subprocess.run(command, cwd=project, stderr=subprocess.PIPE, text=True, check=False)
        typer.echo(run.stderr, err=True, nl=False)
        if run.returncode != 0:
            refused.append(environment)
        if page.is_file():
            page.write_text(f"{note}{page.read_text()}")
        else:
            page.write_text(_page(f"Refused change of `{environment}`", run.stderr))
    return refused


def _deploy_base(base: Path, environment: str, state: Path) -> str:
    """Deploys an environment of the target branch with that branch's program. Returns a note if it failed."""
    typer.echo(f"{environment}: deployment of the target branch …")
    command = ["make", "up", f"ENV={environment}", f"ARGS=--state {state}"]
    return "" if subprocess.run(command, cwd=base, check=False).returncode == 0 else _NOT_DEPLOYED


def review_on_azure(project: Path, pages: Path) -> list[str]:
    """Writes `azure-<stack>.md` for each stack: the output of `pulumi preview`, which reads Azure.

    Returns the stacks whose preview failed. Needs the Pulumi CLI, its backend and a sign-in to Azure.
    """
    failed = []
    adapter = VoiceAdapter(project)
    for stack in [stack for environment in environments(project) for stack in adapter.stacks(environment)]:
        typer.echo(f"{stack}: preview on Azure …")
        run = subprocess.run(
            ["pulumi", "preview", "--stack", stack, "--diff", "--non-interactive", "--color", "never"],
            cwd=project,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        typer.echo(run.stdout)
        title = f"Preview of `{stack}` on Azure"
        if run.returncode != 0:
            failed.append(stack)
            title = f"Failed preview of `{stack}` on Azure"
        (pages / f"azure-{stack}.md").write_text(_page(title, run.stdout))
    return failed


def _page(title: str, output: str) -> str:
    """A page with the output of a command in a fence that the output cannot close.

    A long output loses its beginning, because Pulumi prints its summary last.
    """
    text = output.replace(_FENCE, "'" * len(_FENCE))
    omitted = len(text) - PAGE_LIMIT
    if omitted > 0:
        text = f"… ({omitted:,} characters omitted; the log of the check has them)\n{text[omitted:]}"
    return f"## {title}\n\n{_FENCE}\n{text}\n{_FENCE}\n"


def main(
    base: Annotated[
        Path | None, typer.Option(help="A checkout of the target branch; the pages show the change from it.")
    ] = None,
    pages: Annotated[Path, typer.Option(help="The folder for the pages.", metavar="DIR")] = Path(".rehearsal/review"),
    azure: Annotated[
        bool, typer.Option("--azure", help="Run `pulumi preview` of each stack on Azure instead.")
    ] = False,
    project: Project = DEFAULT_PROJECT,
) -> None:
    """Writes what a change does to each environment, as Markdown for a pull request.

    Without --azure, the real Pulumi engine previews each environment on the simulated Azure, without any secret.

    Example: `voice review --base ../main`

    Exit codes: 0 every preview succeeded, 1 a preview was refused, 2 wrong usage.
    """
    if base is not None and not (base / "Makefile").is_file():
        raise UsageError(f"{base} has no Makefile. Expected: a checkout of this repository. Fix: name its folder.")
    if base is not None and azure:
        raise UsageError(
            "--base and --azure exclude each other. Azure itself is what a preview on Azure compares with."
        )
    pages.mkdir(parents=True, exist_ok=True)
    pages = pages.resolve()
    for old in pages.glob("*.md"):
        old.unlink()
    refused = review_on_azure(project, pages) if azure else review_rehearsed(project, base, pages)
    typer.echo(f"Pages: {pages}")
    if refused:
        raise CommandError(f"the preview of {', '.join(refused)} was refused. The output above has the reasons.")
