"""A caller for tests of agents without SIP: joins a LiveKit room over WebRTC, sends a tone and reports what it hears.

Runs on the interpreter of `.venv-agent`; `tests/voice/webrtc_caller.py` starts it. Leaves on SIGTERM.
"""

from __future__ import annotations

import asyncio
import os
import signal

from livekit import rtc

from tests.voice.agents.tone import Events, hear, joined, running, speak


async def call() -> None:
    """Joins, sends a tone and listens until SIGTERM or a disconnect."""
    room, events = rtc.Room(), Events(os.environ["TONE_ROOM"])
    leave = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leave.set)
    room.on("disconnected", lambda _reason: leave.set())
    hear(room, events)
    await room.connect(os.environ["LIVEKIT_URL"], os.environ["TONE_TOKEN"])
    joined(room, events)
    await speak(room, int(os.environ["TONE_FREQUENCY"]))
    await leave.wait()
    await room.disconnect()
    for task in running:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(call())
