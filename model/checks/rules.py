"""What a rule is, and what several of them need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from settings.schema.errors import Problem
from settings.schema.stack import Settings

Rules = Mapping[str, Callable[[Settings], Iterable[Problem]]]
"""Rules by what each one wants, in words."""

ANYWHERE: Final = "0.0.0.0/0"


def repeated(values: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """Position and value of each value that was there before."""
    seen: set[Any] = set()
    for position, value in enumerate(values):
        if value in seen:
            yield position, value
        seen.add(value)
