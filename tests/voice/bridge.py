"""The programs behind FreeSWITCH, for tests of calls: Redis, LiveKit, its trunks, LiveKit SIP and an agent.

Owns their processes. Does not own FreeSWITCH: a `SipPeer` at `FREESWITCH` makes and receives calls in its place.
"""

from __future__ import annotations

import uuid
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.charts.workloads import values_of
from tests.voice import programs
from tests.voice.agent import Agent
from tests.voice.livekit import API_KEY, API_SECRET, LiveKit, Redis
from tests.voice.livekit_sip import LIVEKIT_URL, LiveKitSip
from tests.voice.rooms import Rooms
from tests.voice.rtp import MediaEnd
from tests.voice.sip import Dialog, SipPeer, sdp
from tests.voice.trunks import Trunks
from tests.voice.waiting import eventually

FREESWITCH: Final = "10.98.0.3"
"""Address of the node whose FreeSWITCH the tests replace."""
INSIDE_PORT: Final = 5090
"""Port of FreeSWITCH's profile `inside`; source: `model/ports.py`."""
CALLER, CALLED, OURS = "+493012345678", "+498912345679", "+493098765432"
"""Calling and called number of an inbound call, and the calling number of outbound calls."""
AGENT_TONE, CALLER_TONE = 600, 440
"""Frequency of each side's tone, Hz."""
SECRETS: Final = {"livekit-api-key": API_KEY, "livekit-api-secret": API_SECRET}
TRUNKS: Final = {"outbound": {"host": FREESWITCH, "port": INSIDE_PORT, "numbers": [OURS]}}


@dataclass
class Bridge:
    """The running programs."""

    sip: LiveKitSip
    livekit: LiveKit
    redis: Redis
    trunks: Trunks
    agent: Agent
    rooms: Rooms

    def call(self, freeswitch: SipPeer, media: MediaEnd, *, codec: int = 0) -> Dialog:
        """Sends an INVITE as FreeSWITCH does: only a header has the number of the caller."""
        identifier = str(uuid.uuid4())
        return freeswitch.invite(
            (self.sip.address, self.sip.port("sip-tcp")), "voice",
            f"X-Voice-Caller: {CALLER}", f"X-Voice-Called: {CALLED}",
            f"X-Voice-Call: {identifier}", "X-Voice-Carrier: acme",
            body=sdp(media.address, media.port, codecs=(codec,)), caller=identifier,
        )  # fmt: skip

    def answered(self, freeswitch: SipPeer, media: MediaEnd, seconds: float = 20) -> Dialog:
        """A call that the agent answered."""
        dialog = self.call(freeswitch, media)
        media.remote = dialog.expect(200, seconds).media()
        return dialog

    def nothing_is_left(self) -> bool:
        """Whether no call and no room exists."""
        return self.sip.active_calls() == 0 and not self.rooms.names()

    def wait_until_nothing_is_left(self) -> None:
        """Waits until no call and no room exists. LiveKit keeps an empty room for `departure_timeout`."""
        seconds = self.livekit.configuration["room"]["departure_timeout"] + 10
        eventually(self.nothing_is_left, seconds, lambda: f"{self.rooms.names()}, {self.sip.active_calls()} calls")


@contextmanager
def running_bridge(
    folder: Path, *, livekit: Mapping[str, Any] | None = None, agent: Mapping[str, str] | None = None
) -> Generator[Bridge]:
    """Starts everything. `livekit` are values of LiveKit's chart, `agent` variables of the agent."""
    values = values_of("livekit-sip", "minimal")
    with ExitStack() as stack:
        redis = stack.enter_context(Redis(folder / "redis"))
        server = stack.enter_context(
            LiveKit(
                folder / "livekit",
                {**values_of("livekit", "minimal"), **(livekit or {})},
                redis,
                programs.built(programs.LIVEKIT),
                departure_seconds=1,
            )
        )
        trunks = Trunks(folder / "trunks", values, TRUNKS)
        done = trunks.once()
        assert done.returncode == 0, done.stderr
        sip = stack.enter_context(LiveKitSip(folder / "sip", values, redis))
        worker = stack.enter_context(
            Agent(
                folder / "agent",
                values_of("voice-agent", "minimal"),
                livekit_url=LIVEKIT_URL,
                secrets=SECRETS,
                frequency=AGENT_TONE,
                environment=agent,
            )
        )
        yield Bridge(sip, server, redis, trunks, worker, Rooms(LIVEKIT_URL, API_KEY, API_SECRET))
