"""Effects that Azure shows only some time after the write that causes them: roles, network watchers.

The simulated Azure has no clock. An effect is missing for the first request that depends on it, and present for every
later request and in every later process. A program that waits for the effect and sends the request again succeeds; one
that sends it once is refused, as on Azure on a slow day.
"""

from __future__ import annotations

from azure_rehearsal.azure.core import arm_ids


class DelayedEffects:
    """The ids of resources whose effect is still missing. Not saved: between two processes time passes."""

    def __init__(self) -> None:
        self._missing: set[str] = set()

    def delay(self, id: str) -> None:
        """Marks a new resource: its effect is missing for the next request that depends on it."""
        self._missing.add(arm_ids.key(id))

    def is_missing(self, id: str) -> bool:
        """Whether a request that depends on the effect comes too early. The next one does not."""
        try:
            self._missing.remove(arm_ids.key(id))
        except KeyError:
            return False
        return True

    def pass_time(self) -> None:
        """Completes all effects, for example during an operation that takes Azure minutes."""
        self._missing.clear()
