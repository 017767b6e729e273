"""The type of a rule, and helpers that several rules use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias, TypeVar

from settings.schema.errors import Problem
from settings.schema.stack import StackSettings

S = TypeVar("S", bound=StackSettings)

Rules: TypeAlias = Mapping[str, Callable[[S], Iterable[Problem]]]
"""Rules by their requirement, in words. A rule of `StackSettings` applies to every kind of stack."""


def repeated(values: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """Yields the position and value of each value that occurs earlier in `values`."""
    seen: set[Any] = set()
    for position, value in enumerate(values):
        if value in seen:
            yield position, value
        seen.add(value)
