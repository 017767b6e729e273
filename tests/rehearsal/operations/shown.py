"""All that operators are shown, as one text."""

from __future__ import annotations

import io
import json
from typing import Any

from rich.console import Console

from rehearsal.operations import terminal
from rehearsal.operations.change import Change
from rehearsal.operations.cost import monthly_cost
from rehearsal.operations.diagram import draw
from rehearsal.operations.duration import wall_time
from rehearsal.operations.markdown import summary


def everything(recording: list[dict[str, Any]], change: Change) -> str:
    """All that is shown, as one text."""
    text = io.StringIO()
    console = Console(file=text, width=200)
    cost, time = monthly_cost(recording), wall_time(recording)
    terminal.show(time, cost, console)
    terminal.show_change(change, console)
    machines = json.dumps([cost.as_json(), time.as_json(), change.as_json()])
    return "\n".join([draw(recording), summary([change]), text.getvalue(), machines])
