"""The command `voice bench`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from azure_rehearsal.errors import UsageError
from tools.bench.figures import Figures
from tools.bench.measure import measure
from tools.bench.once import PROJECT
from tools.bench.page import page, summary
from tools.errors import CommandError
from tools.mutate.report import kept_section, with_section

PAGE: Final = PROJECT / "docs" / "benchmarks.md"


def main(
    repeats: Annotated[int, typer.Option(help="Number of measurements of each value.", min=1)] = 3,
    target: Annotated[Path, typer.Option("--page", help="The page to write.", metavar="FILE")] = PAGE,
) -> None:
    """Measures speed and writes docs/benchmarks.md (15 minutes).

    Leave the machine alone meanwhile. The first run also builds Kubernetes, which takes ten minutes more.

    Example: `voice bench --repeats 5`

    Exit codes: 0 every ratio meets its aim, 1 a ratio misses its aim or a measured command failed, 2 wrong usage.
    """
    console = Console(highlight=False)
    try:
        figures = measure(repeats, lambda text: console.print(f"… {text}", style="dim"))
    except UsageError as error:
        raise CommandError(str(error)) from None
    old = target.read_text(encoding="utf-8") if target.exists() else ""
    target.write_text(with_section(page(figures), kept_section(old)), encoding="utf-8")
    show(figures, console)
    console.print(f"voice bench: wrote {target}.", soft_wrap=True)
    if not figures.met:
        raise CommandError("a ratio misses its aim: see the table above.")


def show(figures: Figures, console: Console) -> None:
    """Prints the ratios and their aims."""
    table = Table("", "measured", "aim", "")
    for row in summary(figures):
        table.add_row(*(cell.replace("`", "").replace("*", "") for cell in row))
    console.print(table)
