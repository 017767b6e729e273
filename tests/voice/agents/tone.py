"""Sends a tone, detects tones and writes events: shared by the agent and the caller of the tests.

Runs on the interpreter of `.venv-agent`. Every event is one line of JSON in the file TONE_EVENTS: `time` (Unix
seconds), `process`, `room`, `event` and its fields.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
from livekit import rtc

RATE: Final = 48000
"""Samples a second of sent audio."""
FRAME: Final = RATE // 10
HEARING_RATE: Final = 8000
WINDOW: Final = HEARING_RATE // 10
"""Samples of one analysis: 100 ms, so that frequencies are multiples of 10 Hz."""
QUIET: Final = 300.0
"""Amplitude below which a window is silence, of 32768."""
AMPLITUDE: Final = 8000

running: set[asyncio.Task[None]] = set()
"""Tasks of this process: asyncio holds only weak references to them."""


class Events:
    """Writes the events of one room."""

    def __init__(self, room: str) -> None:
        self._room = room
        self._file = Path(os.environ["TONE_EVENTS"])

    def write(self, event: str, **fields: Any) -> None:
        """Appends one line. The kernel does not interleave it with lines of other processes."""
        line = {"time": time.time(), "process": os.getpid(), "room": self._room, "event": event, **fields}
        with self._file.open("a") as file:
            file.write(json.dumps(line) + "\n")


async def speak(room: rtc.Room, frequency: int) -> None:
    """Publishes a tone that lasts until the process ends."""
    source = rtc.AudioSource(RATE, 1)
    track = rtc.LocalAudioTrack.create_audio_track("voice", source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)

    async def play() -> None:
        second = (AMPLITUDE * np.sin(2 * np.pi * frequency * np.arange(RATE) / RATE)).astype(np.int16)
        while True:
            for start in range(0, RATE, FRAME):
                await source.capture_frame(rtc.AudioFrame(second[start : start + FRAME].tobytes(), RATE, 1, FRAME))

    running.add(asyncio.create_task(play()))
    await room.local_participant.publish_track(track, options)


def hear(room: rtc.Room, events: Events) -> None:
    """Reports participants, their audio and their digits. Call before joining the room."""

    def participant(who: rtc.RemoteParticipant) -> None:
        events.write("participant", identity=who.identity, kind=who.kind, attributes=dict(who.attributes))

    def track(found: rtc.Track, _publication: object, who: rtc.RemoteParticipant) -> None:
        events.write("track", identity=who.identity)
        running.add(asyncio.create_task(listen(found, events, who.identity)))

    def left(who: rtc.RemoteParticipant) -> None:
        events.write("participant_left", identity=who.identity)

    def digit(press: rtc.SipDTMF) -> None:
        events.write("digit", digit=press.digit)

    room.on("participant_connected", participant)
    room.on("participant_disconnected", left)
    room.on("track_subscribed", track)
    room.on("sip_dtmf_received", digit)


def joined(room: rtc.Room, events: Events) -> None:
    """Reports that the agent joined the room, and the participants that were there before."""
    events.write("joined", identity=room.local_participant.identity)
    for who in room.remote_participants.values():
        events.write("participant", identity=who.identity, kind=who.kind, attributes=dict(who.attributes))


async def listen(track: rtc.Track, events: Events, identity: str) -> None:
    """Reports each change of a participant's frequency, once two consecutive windows agree."""
    window = np.zeros(0, np.int16)
    reported: int | str | None = "nothing yet"
    previous: int | str | None = "nothing yet"
    async for event in rtc.AudioStream(track, sample_rate=HEARING_RATE, num_channels=1):
        window = np.concatenate([window, np.frombuffer(event.frame.data, np.int16)])
        while len(window) >= WINDOW:
            heard, window = pitch(window[:WINDOW]), window[WINDOW:]
            if heard == previous != reported:
                reported = heard
                events.write("heard", frequency=heard, identity=identity)
            previous = heard


def pitch(samples: np.ndarray) -> int | None:
    """The loudest frequency in Hz; None is silence."""
    spectrum = np.abs(np.fft.rfft(samples)) * 2 / len(samples)
    spectrum[:5] = 0  # DC and hum, below 50 Hz
    loudest = int(spectrum.argmax())
    return loudest * HEARING_RATE // WINDOW if spectrum[loudest] > QUIET else None
