"""Overlapping writes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from azure_rehearsal.protocol.provider import Refused
from simulator_tests.azure.world import World

SLOW_SECONDS: Final = 0.2


def at_once(world: World, *writes: Callable[[World], object]) -> list[Refused]:
    """Starts the writes together, each one long, and returns what was refused."""
    world.cloud.write_seconds = SLOW_SECONDS
    refusals: list[Refused] = []

    def run(write: Callable[[World], object]) -> None:
        try:
            write(world)
        except Refused as refused:
            refusals.append(refused)

    threads = [threading.Thread(target=run, args=(write,)) for write in writes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.cloud.write_seconds = 0
    return refusals
