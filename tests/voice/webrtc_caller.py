"""A participant of a LiveKit room that calls an agent without SIP."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from livekit import api

from tests.voice.events import EventFile
from tests.voice.programs import AGENT_PYTHON, ROOT


class WebRtcCaller:
    """Joins a room when its block begins and leaves when it ends. `reported` has the events that it reports.

    `attributes` are attributes of the participant, which LiveKit SIP creates from headers.
    """

    def __init__(
        self,
        folder: Path,
        room: str,
        *,
        livekit_url: str,
        key: str,
        secret: str,
        frequency: int = 440,
        attributes: Mapping[str, str] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        token = (
            api.AccessToken(key, secret)
            .with_identity(f"caller of {room}")
            .with_grants(api.VideoGrants(room_join=True, room=room))
            .with_attributes(dict(attributes or {}))
            .to_jwt()
        )
        self._log = folder / "caller.log"
        self.reported = EventFile(folder / "caller.jsonl", self._log.read_text)
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "LIVEKIT_URL": livekit_url,
            "TONE_ROOM": room,
            "TONE_TOKEN": token,
            "TONE_FREQUENCY": str(frequency),
            "TONE_EVENTS": str(self.reported.file),
        }

    def __enter__(self) -> WebRtcCaller:
        command = [str(AGENT_PYTHON), "-m", "tests.voice.agents.tone_caller"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)
        try:
            self.reported.wait_for("joined", 60)
        except AssertionError:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
