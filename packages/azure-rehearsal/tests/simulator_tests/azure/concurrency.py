"""Concurrent writes to the simulated Azure."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from azure_rehearsal.protocol.provider import Refused
from simulator_tests.azure.harness import AzureHarness

SLOW_SECONDS: Final = 0.2


def run_concurrently(
    azure: AzureHarness, *writes: Callable[[AzureHarness], object], seconds: float = SLOW_SECONDS
) -> list[Refused]:
    """Runs slow writes concurrently and returns the refusals. `seconds` is the duration of a usual write."""
    azure.cloud.write_seconds = seconds
    refusals: list[Refused] = []

    def run(write: Callable[[AzureHarness], object]) -> None:
        try:
            write(azure)
        except Refused as refused:
            refusals.append(refused)

    threads = [threading.Thread(target=run, args=(write,)) for write in writes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    azure.cloud.write_seconds = 0
    return refusals
