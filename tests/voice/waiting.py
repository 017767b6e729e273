"""Waits for conditions in other processes."""

from __future__ import annotations

import time
from collections.abc import Callable


def eventually(condition: Callable[[], bool], seconds: float, otherwise: Callable[[], str] = str) -> None:
    """Waits until `condition()` is true; on failure, the message contains `otherwise()`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"the condition is still false after {seconds} s\n{otherwise()}"
        time.sleep(0.1)
