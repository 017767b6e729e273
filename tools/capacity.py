"""`voice capacity`: prints the capacity report of a stack (`tools.capacity_report`)."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer
import yaml
from rich.console import Console
from rich.table import Table

from tools.capacity_report import CapacityReport, problems_when_written, report_capacity, with_calls
from tools.errors import CommandError
from tools.stack_files import DEFAULT_PROJECT, DEFAULT_STACK, Project, Stack, settings_of, stack_file


def show(result: CapacityReport, console: Console) -> None:
    """Prints the report."""
    where = f"stack {result.stack}, region {result.region} ({_count(result.zones, 'zone')})"
    console.print(f"[bold]{result.calls} concurrent calls[/bold] in {where}, {_count(result.regions, 'region')} in all")
    console.print(f"Sizes of nodes and pods come from Pulumi.{result.stack}.yaml.\n", highlight=False)
    for table in (_workloads(result), _pools(result), _situations(result)):
        console.print(table)
        console.print()
    console.print("[bold]Assumptions[/bold]")
    for assumption in result.assumptions:
        console.print(f"  - {assumption}", highlight=False)
    if result.refused:
        console.print("\n[bold]This stack cannot carry the calls[/bold]")
        for problem in result.refused:
            console.print(f"  [red]✗[/red] {problem}", highlight=False)
        return
    if not result.to_write:
        console.print(f"\n[bold]No change needed[/bold]: Pulumi.{result.stack}.yaml carries these calls.")
        return
    console.print(f"\n[bold]Change in Pulumi.{result.stack}.yaml[/bold] (all other sizes are large enough)")
    text = yaml.safe_dump({"config": dict(result.to_write)}, sort_keys=False)
    console.print(text, highlight=False, markup=False, end="")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for position, column in enumerate(columns):
        table.add_column(column, justify="left" if position == 0 else "right")
    return table


def _workloads(result: CapacityReport) -> Table:
    table = _table(
        "Pods", "workload", "calls per pod", "limit", "pods", "per zone", "CPUs", "legs", "RTP ports", "packets/s"
    )
    for row in result.workloads:
        table.add_row(
            row.workload,
            str(row.calls_per_pod),
            row.limit,
            str(row.pods),
            str(row.pods_per_zone),
            f"{row.pods} x {row.cpus} = {row.all_cpus}",
            str(row.legs * row.calls_per_pod),
            str(row.rtp_ports or "-"),
            str(row.packets),
        )
    table.caption = "Legs, ports and packets are those of one full pod."
    table.caption_justify = "left"
    return table


def _pools(result: CapacityReport) -> Table:
    table = _table("Nodes", "pool", "size", "per zone", "per region", "stack file allows")
    for row in result.pools:
        allowed = f"{row.allowed} per {'zone' if row.by_zone else 'region'}"
        style = "" if row.needed <= row.allowed else "[red]"
        table.add_row(row.pool, row.vm_size, str(row.in_a_zone), str(row.nodes), f"{style}{allowed}")
    return table


def _situations(result: CapacityReport) -> Table:
    table = _table("Calls per pod", "situation", "calls", *(row.workload for row in result.workloads))
    for situation in result.situations:
        cells = [
            f"{situation.on_each(name):.0f} on {situation.pods[name]} ({situation.used(name):.0%})"
            for name in (row.workload for row in result.workloads)
        ]
        table.add_row(situation.name, str(situation.calls), *cells)
    return table


def main(
    calls: Annotated[
        int | None,
        typer.Option(min=1, help="Concurrent calls in the region (default: as in the stack file).", show_default=False),
    ] = None,
    stack: Stack = DEFAULT_STACK,
    project: Project = DEFAULT_PROJECT,
) -> None:
    """Sizes a stack for a number of concurrent calls.

    Shows the pods, nodes, CPUs, ports and packets that the calls need in the stack's region, and what to change in the
    stack file. Deploys nothing and does not connect to Azure.

    Example: `voice capacity --stack prod --calls 500`

    Exit codes: 0 the stack can carry the calls, possibly after the printed change; 1 it cannot; 2 wrong usage or
    settings.
    """
    settings = settings_of(stack, project)
    result = report_capacity(stack, settings if calls is None else with_calls(settings, calls))
    if result.calls == settings.telephony.concurrent_calls:
        # The loader has checked that the pools carry the calls that the file states.
        result = replace(result, to_write={})
    if not result.refused:
        result = replace(result, refused=problems_when_written(stack_file(stack, project), result.to_write))
    console = Console()
    if not console.is_terminal:
        # Rich cuts tables at the width of the terminal; a file or a pipe has none.
        console = Console(width=160)
    show(result, console)
    if result.refused:
        raise CommandError(f"stack {stack} cannot carry {result.calls} concurrent calls: see the problems above.")
