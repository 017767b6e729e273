"""The expected time and cost on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from azure_rehearsal.reports import formatting
from azure_rehearsal.reports.certainty import Certainty, worst
from azure_rehearsal.reports.change import Change
from azure_rehearsal.reports.cost import Cost, total
from azure_rehearsal.reports.duration import WallTime

_MAX_LISTED: Final = 15


def show(wall_time: WallTime, cost: Cost, console: Console) -> None:
    """Prints the tables of time and cost. Marks the certainty: `?` estimate, `*` second-hand."""
    if wall_time.minutes:
        show_wall_time(wall_time, console)
    show_cost(cost, console)


def show_change(change: Change, console: Console) -> None:
    """Prints the cost and time of a plan; nothing for a refused preview."""
    if (forecast := change.forecast) is None:
        return
    cost_change = forecast.cost_change
    changed = formatting.change(cost_change.monthly) if cost_change.changes else "no change"
    _line(console, f"{change.run.stack}: {formatting.dollars(cost_change.after)} a month on Azure, {changed}", "bold")
    if forecast.cost_before.resources:
        for item in cost_change.changes[:_MAX_LISTED]:
            _line(console, f"  {formatting.change(item.monthly)}  {item.name}")
        if (more := len(cost_change.changes) - _MAX_LISTED) > 0:
            _line(console, f"  …and {more} more")
    else:
        show_cost(forecast.cost_after, console)  # a first deployment
    for item in cost_change.newly_not_priced:
        _line(console, f"  no price: {item.name}: {item.reason}", "yellow")
    if forecast.wall_time.minutes:
        show_wall_time(forecast.wall_time, console)


def show_wall_time(wall_time: WallTime, console: Console) -> None:
    """Prints the expected time on Azure and the resources on the critical path."""
    _line(console, f"\nExpected time on Azure: {formatting.minutes(wall_time.minutes)}", "bold")
    table = _table("Critical path", "Operation", "Typical", "Low", "High", "")
    for stack in wall_time.stacks:
        if len(wall_time.stacks) > 1:
            table.add_row(Text(f"{stack.stack}: {formatting.minutes(stack.minutes)}", "bold"))
        for item in stack.path:
            figures = (f"{value:.1f}" for value in (item.minutes.typical, item.minutes.low, item.minutes.high))
            table.add_row(Text(item.name), item.op, *figures, item.certainty.mark)
    console.print(table)
    _note(console, f"Minutes. {_legend(item.certainty for stack in wall_time.stacks for item in stack.path)}")
    _note(console, f"Assumed: {'; '.join(wall_time.assumptions)}.")


def show_cost(cost: Cost, console: Console) -> None:
    """Prints the monthly cost by component, with its assumptions and omissions."""
    _line(console, f"\nMonthly cost on Azure: {formatting.dollars(cost.total)}", "bold")
    table = _table("Component", "Resources", "Low", "High", "")
    for component, items in cost.by_component.items():
        sums = total(items)
        mark = worst(item.certainty for item in items).mark
        table.add_row(Text(component or "-"), str(len(items)), f"{sums.low:,.2f}", f"{sums.high:,.2f}", mark)
    console.print(table)
    _note(console, f"Dollars per month, prices of {cost.as_of}. {_legend(item.certainty for item in cost.resources)}")
    for label, lines in (("Assumed", cost.assumptions), ("Not counted", cost.by_use), ("Note", cost.caveats)):
        if lines:
            _note(console, f"{label}: {'; '.join(lines)}.")
    if cost.not_priced:
        _line(console, "Without a price, not in the sums:", "yellow")
        for item in cost.not_priced:
            _line(console, f"  {item.name} ({item.type}): {item.reason}")


def _legend(certainties: Iterable[Certainty]) -> str:
    found = set(certainties)
    marked = [certainty for certainty in Certainty if certainty.mark and certainty in found]
    return " ".join(f"{certainty.mark} {certainty.value}." for certainty in marked)


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first, overflow="fold")
    for column in others:
        right = column in ("Typical", "Low", "High", "Resources")
        table.add_column(column, justify="right" if right else "left", no_wrap=True)
    return table


def _line(console: Console, text: str, style: str = "") -> None:
    """Prints text without markup (in names) and without wrapping (in logs)."""
    console.print(Text(text, style), soft_wrap=True)


def _note(console: Console, text: str) -> None:
    console.print(Text(text.strip(), "dim"))
