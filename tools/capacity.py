"""Says what so many calls at once need of a stack's region: pods, nodes, ports, packets, CPUs.

    python -m tools.capacity [--calls 500] [--stack prod]

Without --calls it reckons what the stack file states. Nothing is deployed and nothing is asked of Azure.

Exit status: 0 the calls can be had (what to write is shown where the stack file states less), 1 they cannot, 2 the
stack file or the usage is wrong.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer
import yaml
from rich.console import Console
from rich.table import Table

from settings.loader import load_stack_file
from settings.loader.stack_file import PROJECT
from settings.schema.errors import SettingsError
from tools.reckoning import Reckoning, problems_when_written, reckon, with_calls

REFUSED: Final = 1
WRONG: Final = 2


def show(result: Reckoning, console: Console) -> None:
    """Prints the reckoning."""
    where = f"stack {result.stack}, region {result.region}, {_count(result.zones, 'zone')} of it"
    console.print(f"[bold]{result.calls} calls at once[/bold] in {where}, {_count(result.regions, 'region')} in all")
    console.print(f"Sizes are those of Pulumi.{result.stack}.yaml; STACK= takes another stack's.\n", highlight=False)
    for table in (_workloads(result), _pools(result), _situations(result)):
        console.print(table)
        console.print()
    console.print("[bold]Assumed[/bold]")
    for assumption in result.assumptions:
        console.print(f"  - {assumption}", highlight=False)
    if result.refused:
        console.print("\n[bold]That cannot be had[/bold]")
        for problem in result.refused:
            console.print(f"  [red]✗[/red] {problem}", highlight=False)
        return
    if not result.to_write:
        console.print(f"\n[bold]Nothing to write[/bold]: Pulumi.{result.stack}.yaml states and carries them.")
        return
    console.print(f"\n[bold]To write into Pulumi.{result.stack}.yaml[/bold] (what is not here is large enough)")
    text = yaml.safe_dump({"config": dict(result.to_write)}, sort_keys=False)
    console.print(text, highlight=False, markup=False, end="")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for position, column in enumerate(columns):
        table.add_column(column, justify="left" if position == 0 else "right")
    return table


def _workloads(result: Reckoning) -> Table:
    table = _table(
        "Pods", "workload", "calls a pod", "bound by", "pods", "in a zone", "CPUs", "legs", "RTP ports", "packets/s"
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
    table.caption = "Legs, ports and packets are those of one pod that is full."
    table.caption_justify = "left"
    return table


def _pools(result: Reckoning) -> Table:
    table = _table("Nodes", "pool", "size", "in a zone", "in the region", "the file allows")
    for row in result.pools:
        allowed = f"{row.allowed} {'in a zone' if row.by_zone else 'in the region'}"
        style = "" if row.needed <= row.allowed else "[red]"
        table.add_row(row.pool, row.vm_size, str(row.in_a_zone), str(row.nodes), f"{style}{allowed}")
    return table


def _situations(result: Reckoning) -> Table:
    table = _table("Calls on a pod", "when", "calls", *(row.workload for row in result.workloads))
    for situation in result.situations:
        cells = [
            f"{situation.on_each(name):.0f} on {situation.pods[name]} ({situation.used(name):.0%})"
            for name in (row.workload for row in result.workloads)
        ]
        table.add_row(situation.name, str(situation.calls), *cells)
    return table


def main(
    calls: Annotated[int | None, typer.Option(min=1, help="Calls at once in the region.", show_default=False)] = None,
    stack: Annotated[str, typer.Option(help="Stack whose settings are taken.")] = "staging",
    project: Annotated[Path, typer.Option(help="Where the stack files are.")] = PROJECT,
) -> None:
    """Says what so many calls at once need of a stack's region."""
    stack_file = project / f"Pulumi.{stack}.yaml"
    try:
        settings = load_stack_file(stack_file)
    except SettingsError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(WRONG) from None
    result = reckon(stack, settings if calls is None else with_calls(settings, calls))
    if result.calls == settings.telephony.concurrent_calls:
        # The file was checked when it was read: it carries what it states.
        result = replace(result, to_write={})
    if not result.refused:
        result = replace(result, refused=problems_when_written(stack_file, result.to_write))
    console = Console()
    if not console.is_terminal:
        # Into a file or a pipe: tables are not to be cut at the width of a terminal that is not there.
        console = Console(width=160)
    show(result, console)
    if result.refused:
        raise typer.Exit(REFUSED)


if __name__ == "__main__":
    typer.run(main)
