"""Waiting for what other processes do."""

from __future__ import annotations

import time
from collections.abc import Callable


def eventually(condition: Callable[[], bool], seconds: float, otherwise: Callable[[], str] = str) -> None:
    """Waits until `condition()` is true; `otherwise()` says what was seen instead."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"it did not come true in {seconds} s\n{otherwise()}"
        time.sleep(0.1)
