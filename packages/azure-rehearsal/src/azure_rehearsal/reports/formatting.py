"""Texts for amounts of money and time."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.reports.duration_table import Minutes
from azure_rehearsal.reports.price_table import Dollars

_TO: Final = "\N{EN DASH}"
_MINUS: Final = "\N{MINUS SIGN}"
_WHOLE_FROM: Final = 100
"""Dollars from which cents are omitted."""
_HOURS_FROM: Final = 90
"""Minutes from which the text has hours."""


def dollars(amount: Dollars) -> str:
    """The range from low to high; one amount if they are equal."""
    low, high = _money(amount.low), _money(amount.high)
    return low if low == high else f"{low}{_TO}{high}"


def change(amount: Dollars) -> str:
    """A difference, with its signs: `+$0.00 to +$35.20`."""
    low, high = (f"{'+' if value >= 0 else _MINUS}{_money(abs(value))}" for value in (amount.low, amount.high))
    return low if low == high else f"{low} to {high}"


def minutes(time: Minutes) -> str:
    """The typical time and its bounds: `about 32 min (15 min to 1 h 52 min)`."""
    return f"about {_time(time.typical)} ({_time(time.low)} to {_time(time.high)})"


def _money(value: float) -> str:
    return f"${value:,.0f}" if abs(value) >= _WHOLE_FROM else f"${value:,.2f}"


def _time(value: float) -> str:
    if value < 1:
        return f"{round(value * 60)} s"
    if value < _HOURS_FROM:
        return f"{round(value)} min"
    return f"{round(value) // 60} h {round(value) % 60:02d} min"
