"""Outside worlds for tests of the engine: nothing but the `random` package, with resources that it refuses."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from rehearsal.provider import CreatedButFailed, Refused, Resource, StandIn
from rehearsal.random_provider import RandomStandIn
from rehearsal.world import Caller

SLOW: Final = "TEST_SECONDS_FOR_A_CREATION"


class Moody(RandomStandIn):
    """Refuses what is called `refused`, half creates what is called `half`, and can be slow."""

    def create(self, resource: Resource, inputs: dict[str, Any], preview: bool) -> tuple[str, dict[str, Any]]:
        if not preview:
            time.sleep(float(os.environ.get(SLOW, "0")))
            if resource.name == "refused":
                raise Refused("QuotaExceeded", "no more of these", "ask for more")
        id, outputs = super().create(resource, inputs, preview)
        if not preview and resource.name == "half":
            raise CreatedButFailed(Refused("NotReady", "it was made, but does not start", "look at it"), id, outputs)
        return id, outputs


class RandomWorld:
    """Keeps nothing."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def factories(self, caller: Caller) -> dict[str, Callable[[], StandIn]]:
        return {"random": Moody}

    def leftovers(self) -> list[str]:
        return []

    def save(self) -> None:
        (self.directory / "saved").write_text("yes")
