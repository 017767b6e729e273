"""Principal ids in the properties of resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

_KEYS: Final = ("principalId", "objectId")


def principals(value: Any) -> Iterator[str]:
    """Every principal id in a value, in lower case."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key in _KEYS and isinstance(item, str):
                yield item.lower()
            else:
                yield from principals(item)
    elif isinstance(value, list):
        for item in value:
            yield from principals(item)
