"""`python -m tools.bench`: measures, prints the ratios and writes the page.

Exit codes: 0 every ratio is as it should be, 1 one is not (or a measured command failed), 2 wrong usage.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from azure_rehearsal.errors import UsageError
from tools.bench.figures import Figures
from tools.bench.measure import MeasurementError, measure
from tools.bench.once import PROJECT
from tools.bench.page import page, summary
from tools.mutate.report import kept_section, with_section

PAGE = PROJECT / "docs" / "benchmarks.md"


def bench(
    repeats: Annotated[int, typer.Option(help="How often each thing is measured.", min=1)] = 3,
    target: Annotated[Path, typer.Option("--page", help="Where the page goes.", metavar="FILE")] = PAGE,
) -> None:
    """Measures how long things take and writes docs/benchmarks.md. Takes about a quarter of an hour, and longer where
    Kubernetes is to be built first."""
    console = Console(highlight=False)
    try:
        figures = measure(repeats, lambda text: console.print(f"… {text}", style="dim"))
    except (MeasurementError, UsageError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None
    old = target.read_text(encoding="utf-8") if target.exists() else ""
    target.write_text(with_section(page(figures), kept_section(old)), encoding="utf-8")
    show(figures, console)
    console.print(f"Written to {target}.", soft_wrap=True)
    raise typer.Exit(0 if figures.met else 1)


def show(figures: Figures, console: Console) -> None:
    """The ratios, and how they should be."""
    table = Table("", "measured", "aim", "")
    for row in summary(figures):
        table.add_row(*(cell.replace("`", "").replace("*", "") for cell in row))
    console.print(table)


if __name__ == "__main__":
    typer.run(bench)
