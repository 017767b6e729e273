"""All reports as one text."""

from __future__ import annotations

import io
import json
from typing import Any

from rich.console import Console

from azure_rehearsal.reports import terminal
from azure_rehearsal.reports.change import Change
from azure_rehearsal.reports.cost import monthly_cost
from azure_rehearsal.reports.diagram import draw
from azure_rehearsal.reports.duration import wall_time
from azure_rehearsal.reports.markdown import summary


def everything(recording: list[dict[str, Any]], change: Change) -> str:
    """The diagram, the summary, the terminal output and the JSON, as one text."""
    text = io.StringIO()
    console = Console(file=text, width=200)
    cost, time = monthly_cost(recording), wall_time(recording)
    terminal.show(time, cost, console)
    terminal.show_change(change, console)
    machines = json.dumps([cost.as_json(), time.as_json(), change.as_json()])
    return "\n".join([draw(recording), summary([change]), text.getvalue(), machines])
