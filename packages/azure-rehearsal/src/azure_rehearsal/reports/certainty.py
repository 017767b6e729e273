"""How far a figure can be trusted."""

from __future__ import annotations

import enum
from collections.abc import Iterable


class Certainty(enum.Enum):
    """From the best to the worst."""

    CONFIRMED = "confirmed"
    """A primary source says it, or a list price was recorded, on the date given."""
    SECOND_HAND = "second-hand"
    """Somebody else says so."""
    ESTIMATE = "estimate"
    """No source was found: a planning value."""

    @property
    def mark(self) -> str:
        """What stands behind a figure that should be checked before it is relied on."""
        return {"confirmed": "", "second-hand": "*", "estimate": "?"}[self.value]


def worst(certainties: Iterable[Certainty]) -> Certainty:
    """The certainty of what is made of several figures."""
    order = list(Certainty)
    return max(certainties, key=order.index, default=Certainty.CONFIRMED)
