"""Shows the rollouts and calls of a deployed stack: pods, calls on each, what a stopping pod may still take.

    python -m tools.status [--stack prod] [--kubeconfig FILE]

The kubeconfig is the stack's output (`pulumi stack output kubeconfig --show-secrets`), unless a file is named. Reads
only.

Exit status: 0 shown, 1 the cluster cannot be read, 2 the stack file, the kubeconfig or the usage is wrong.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import yaml
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from model.drain import drain_budget
from settings.loader import load_stack_file
from settings.loader.stack_file import PROJECT
from settings.schema.aks_stack import AksStackSettings
from settings.schema.errors import SettingsError
from tools.clocks import rollout_clock, upgrade_clock, windows
from tools.cluster_state import ClusterState, PodState, RolloutState, Unreadable, read_state

REHEARSED: Final = (
    "What `make up` deploys is a rehearsal. With CLUSTER=real its clusters can be asked: `make serve` names a file."
)
UNREADABLE: Final = 1
WRONG: Final = 2


class UsageError(Exception):
    """What the caller must correct, in words."""


def show(state: ClusterState, settings: AksStackSettings, console: Console) -> None:
    """Prints what was read, and what follows from the stack's clocks."""
    console.print(f"[bold]{settings.environment} {settings.region}[/bold], {state.server}\n", highlight=False)
    for table in (_rollouts(state, settings), _pods(state), _generations(state)):
        if table.row_count:
            console.print(table)
            console.print()
    for line in _remarks(state, settings):
        console.print(f"  - {escape(line)}", highlight=False)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _rollouts(state: ClusterState, settings: AksStackSettings) -> Table:
    table = _table(
        "Rollouts", "workload", "state", "desired", "updated", "ready", "terminating", "calls", "at most takes"
    )
    for rollout in state.rollouts:
        clock = rollout_clock(settings, rollout.name, rollout.desired)
        table.add_row(
            rollout.name,
            _state(rollout),
            str(rollout.desired),
            str(rollout.updated),
            str(rollout.ready),
            str(len(rollout.terminating)),
            _number(rollout.calls),
            _words(clock.longest) if clock else "-",
        )
    return table


def _state(rollout: RolloutState) -> str:
    if rollout.done:
        return "[green]done[/green]"
    if not rollout.seen:
        return "[yellow]not begun[/yellow]"
    if any(pod.waits_for_a_node for pod in rollout.pods):
        return "[yellow]waits for a node[/yellow]"
    if rollout.terminating and rollout.updated == rollout.available == rollout.desired:
        return "[yellow]waits for calls to end[/yellow]"
    return "[yellow]under way[/yellow]"


def _pods(state: ClusterState) -> Table:
    table = _table("Pods", "pod", "node", "state", "calls")
    for rollout in state.rollouts:
        for pod in rollout.pods:
            calls = f"[red]? ({escape(pod.silence)})[/red]" if pod.silence else _number(pod.calls)
            table.add_row(pod.name, pod.node or "-", _pod_state(pod), calls)
    return table


def _pod_state(pod: PodState) -> str:
    if pod.may_take is not None:
        return f"[yellow]stops, may take {_words(pod.may_take)} more[/yellow]"
    if pod.waits_for_a_node:
        return "[yellow]waits for a node[/yellow]"
    return "ready" if pod.ready else "[yellow]not ready[/yellow]"


def _generations(state: ClusterState) -> Table:
    table = _table("Nodes", "pool", "generation", "state", "nodes", "public addresses")
    for found in state.generations:
        mark = "[yellow]retiring[/yellow]" if found.retiring else "active"
        table.add_row(found.pool, found.generation, mark, str(found.nodes), ", ".join(found.addresses) or "-")
    return table


def _remarks(state: ClusterState, settings: AksStackSettings) -> Iterator[str]:
    if not state.rollouts:
        yield "No workload of the platform is in this cluster: was the stack deployed?"
    for found in state.generations:
        if found.retiring:
            yield (
                f"Generation {found.generation} of pool {found.pool} retires and still has"
                f" {found.nodes} node{'' if found.nodes == 1 else 's'}; take it out of the stack file when it has none."
            )
    grace = timedelta(seconds=drain_budget(settings.telephony).grace_seconds)
    yield f"A pod with calls may take {_words(grace)} to stop (voice:telephony.maxCallSeconds and its margins)."
    active: dict[str, int] = {}
    for found in state.generations:
        if not found.retiring:
            active[found.pool] = active.get(found.pool, 0) + found.nodes
    for pool, nodes in active.items():
        clock = upgrade_clock(settings, pool, nodes)
        if clock is None:
            continue
        passed = [
            f"{window.name} ({_words(window.length)}) by {_words(clock.longest - window.length)}"
            for window in windows(settings)
            if clock.longest > window.length
        ]
        passes = f"; that passes voice:aks.maintenance.{' and '.join(passed)}" if passed else ", within its window"
        yield (
            f"An upgrade of the {nodes} nodes of pool {pool}, {clock.at_once} at a time, takes at most"
            f" {_words(clock.longest)}{passes}."
        )


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)


def _words(length: timedelta) -> str:
    """To the minute, rounded up: `3 h 5 min`."""
    minutes = -(-int(length.total_seconds()) // 60)
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours)
    return " ".join(parts)


def stack_kubeconfig(stack: str, project: Path) -> dict[str, Any]:
    """The output of a deployed stack. Raises `UsageError`."""
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        raise UsageError(
            "The Pulumi CLI is not on PATH. Fix: install it (https://www.pulumi.com/docs/iac/download-install/), or"
            f" name a file with --kubeconfig. {REHEARSED}"
        )
    asked = [pulumi, "stack", "output", "kubeconfig", "--show-secrets", "--stack", stack]
    answer = subprocess.run(asked, cwd=project, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise UsageError(
            f"Stack {stack} has no kubeconfig to give: {answer.stderr.strip()}. Fix: sign in to the state"
            f" (`pulumi login`), deploy the stack, or name a file with --kubeconfig. {REHEARSED}"
        )
    return _kubeconfig(answer.stdout, f"output kubeconfig of stack {stack}")


def _kubeconfig(text: str, where: str) -> dict[str, Any]:
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError:
        content = None
    if not isinstance(content, dict) or "clusters" not in content:
        raise UsageError(f"{where} is no kubeconfig. Fix: name a file that kubectl can use.")
    return content


def main(
    stack: Annotated[str, typer.Option(help="Stack to look at.")] = "staging",
    kubeconfig: Annotated[
        Path | None, typer.Option(help="File to use instead of the stack's output.", exists=True, dir_okay=False)
    ] = None,
    project: Annotated[Path, typer.Option(help="Where the stack files are.")] = PROJECT,
) -> None:
    """Shows the rollouts and calls of a deployed stack."""
    try:
        settings = load_stack_file(project / f"Pulumi.{stack}.yaml")
        config = (
            _kubeconfig(kubeconfig.read_text(), str(kubeconfig)) if kubeconfig else stack_kubeconfig(stack, project)
        )
        state = read_state(config)
    except Unreadable as error:
        print(error, file=sys.stderr)
        raise typer.Exit(UNREADABLE) from None
    except (SettingsError, UsageError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(WRONG) from None
    console = Console()
    show(state, settings, console if console.is_terminal else Console(width=160))


if __name__ == "__main__":
    typer.run(main)
