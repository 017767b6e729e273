"""`voice status`: rollouts, pods, calls and nodes of a deployed stack, read from its cluster."""

from __future__ import annotations

import shutil
import subprocess
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
from settings.schema.aks_stack import AksStackSettings
from tools.cluster_state import ClusterState, PodState, RolloutState, read_state
from tools.errors import UsageError
from tools.rollout_estimates import maintenance_windows, rollout_estimate, upgrade_estimate
from tools.stack_files import DEFAULT_PROJECT, DEFAULT_STACK, Project, Stack, settings_of

REHEARSED: Final = (
    "If you deployed the stack with `make up`, it is simulated. Deploy it with `make up CLUSTER=real`, run"
    " `.venv/bin/azure-rehearsal serve`, and pass the kubeconfig that it names."
)


def show(state: ClusterState, settings: AksStackSettings, console: Console) -> None:
    """Prints the tables and the remarks."""
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
        "Rollouts", "workload", "state", "desired", "updated", "ready", "terminating", "calls", "takes at most"
    )
    for rollout in state.rollouts:
        estimate = rollout_estimate(settings, rollout.name, rollout.desired)
        table.add_row(
            rollout.name,
            _state(rollout),
            str(rollout.desired),
            str(rollout.updated),
            str(rollout.ready),
            str(len(rollout.terminating)),
            _number(rollout.calls),
            _duration(estimate.longest) if estimate else "-",
        )
    return table


def _state(rollout: RolloutState) -> str:
    if rollout.done:
        return "[green]done[/green]"
    if not rollout.seen:
        return "[yellow]not started[/yellow]"
    if any(pod.waits_for_node for pod in rollout.pods):
        return "[yellow]waits for a node[/yellow]"
    if rollout.terminating and rollout.updated == rollout.available == rollout.desired:
        return "[yellow]waits for calls to end[/yellow]"
    return "[yellow]in progress[/yellow]"


def _pods(state: ClusterState) -> Table:
    table = _table("Pods", "pod", "node", "state", "calls")
    for rollout in state.rollouts:
        for pod in rollout.pods:
            calls = f"[red]unknown ({escape(pod.calls_error)})[/red]" if pod.calls_error else _number(pod.calls)
            table.add_row(pod.name, pod.node or "-", _pod_state(pod), calls)
    return table


def _pod_state(pod: PodState) -> str:
    if pod.stops_within is not None:
        return f"[yellow]stops within {_duration(pod.stops_within)}[/yellow]"
    if pod.waits_for_node:
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
        yield "The cluster has no workload of the platform. Deploy the stack, or check the kubeconfig."
    for found in state.generations:
        if found.retiring:
            yield (
                f"Generation {found.generation} of pool {found.pool} is retiring and still has"
                f" {found.nodes} node{'' if found.nodes == 1 else 's'}. Remove it from the stack file when it has none."
            )
    grace = timedelta(seconds=drain_budget(settings.telephony).grace_seconds)
    yield f"A pod with calls takes up to {_duration(grace)} to stop (voice:telephony.maxCallSeconds plus margins)."
    active: dict[str, int] = {}
    for found in state.generations:
        if not found.retiring:
            active[found.pool] = active.get(found.pool, 0) + found.nodes
    for pool, nodes in active.items():
        estimate = upgrade_estimate(settings, pool, nodes)
        if estimate is None:
            continue
        exceeded = [
            f"{window.name} ({_duration(window.length)}) by {_duration(estimate.longest - window.length)}"
            for window in maintenance_windows(settings)
            if estimate.longest > window.length
        ]
        verdict = (
            f"; this exceeds voice:aks.maintenance.{' and '.join(exceeded)}" if exceeded else ", within its window"
        )
        yield (
            f"An upgrade of the {nodes} nodes of pool {pool}, {estimate.at_once} at a time, takes at most"
            f" {_duration(estimate.longest)}{verdict}."
        )


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)


def _duration(length: timedelta) -> str:
    """The length in hours and minutes, rounded up: `3 h 5 min`."""
    minutes = -(-int(length.total_seconds()) // 60)
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours)
    return " ".join(parts)


def stack_kubeconfig(stack: str, project: Path) -> dict[str, Any]:
    """The output `kubeconfig` of a deployed stack. Raises `UsageError`."""
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        raise UsageError(
            "The Pulumi CLI is not on PATH; it reads the kubeconfig of the stack. Fix: install it"
            f" (https://www.pulumi.com/docs/iac/download-install/), or pass --kubeconfig FILE. {REHEARSED}"
        )
    asked = [pulumi, "stack", "output", "kubeconfig", "--show-secrets", "--stack", stack]
    answer = subprocess.run(asked, cwd=project, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise UsageError(
            f"Pulumi cannot read the kubeconfig of stack {stack}: {answer.stderr.strip()}. Fix: sign in to the state"
            f" (`pulumi login`), deploy the stack, or pass --kubeconfig FILE. {REHEARSED}"
        )
    return _parsed(answer.stdout, f"Output `kubeconfig` of stack {stack}")


def _parsed(text: str, where: str) -> dict[str, Any]:
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError:
        content = None
    if not isinstance(content, dict) or "clusters" not in content:
        raise UsageError(
            f"{where} is not a kubeconfig. Expected: a file that kubectl can use. Fix: pass one with --kubeconfig."
        )
    return content


def main(
    stack: Stack = DEFAULT_STACK,
    kubeconfig: Annotated[
        Path | None,
        typer.Option(help="Use this kubeconfig, not the stack's output.", exists=True, dir_okay=False, metavar="FILE"),
    ] = None,
    project: Project = DEFAULT_PROJECT,
) -> None:
    """Shows the rollouts and calls of a deployed stack.

    Lists pods with the calls on each, nodes by generation with their public addresses, and how long a rollout or a node
    upgrade can take. Reads only. The kubeconfig is the output `kubeconfig` of the stack, unless you name a file.

    Example: `voice status --stack prod --kubeconfig prod.kubeconfig`

    Exit codes: 0 shown, 1 the cluster cannot be read, 2 wrong usage, settings or kubeconfig.
    """
    settings = settings_of(stack, project)
    config = _parsed(kubeconfig.read_text(), str(kubeconfig)) if kubeconfig else stack_kubeconfig(stack, project)
    state = read_state(config)
    console = Console()
    show(state, settings, console if console.is_terminal else Console(width=160))
