"""The events that the programs in `tests/voice/agents` write."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.voice.waiting import eventually


class EventFile:
    """Reads events. `log` is the text to show when an expected event does not come."""

    def __init__(self, file: Path, log: Callable[[], str]) -> None:
        self.file, self._log = file, log

    def events(self, kind: str = "", **fields: Any) -> list[dict[str, Any]]:
        """The events so far with this kind (empty: any) and these fields, such as `room`."""
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        every = (json.loads(line) for line in lines)
        return [event for event in every if kind in ("", event["event"]) and fields.items() <= event.items()]

    def wait_for(self, kind: str, seconds: float = 20, **fields: Any) -> dict[str, Any]:
        """Waits for the first event of a kind with these fields."""
        eventually(lambda: bool(self.events(kind, **fields)), seconds, lambda: f"{self.events()}\n{self._log()}")
        return self.events(kind, **fields)[0]
