"""The certainty of a figure."""

from __future__ import annotations

import enum
from collections.abc import Iterable


class Certainty(enum.Enum):
    """The levels, best first."""

    CONFIRMED = "confirmed"
    """A primary source states the figure, or a list price was recorded, on the given date."""
    SECOND_HAND = "second-hand"
    """A secondary source states the figure."""
    ESTIMATE = "estimate"
    """A planning value without a source."""

    @property
    def mark(self) -> str:
        """The mark after a figure that needs confirmation."""
        return {"confirmed": "", "second-hand": "*", "estimate": "?"}[self.value]


def worst(certainties: Iterable[Certainty]) -> Certainty:
    """The certainty of a sum of several figures."""
    order = list(Certainty)
    return max(certainties, key=order.index, default=Certainty.CONFIRMED)
