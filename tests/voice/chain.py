"""The complete path of a telephone call on real programs: SIP edge, FreeSWITCH, LiveKit SIP, LiveKit and an agent.

Owns the addresses of the programs and the carrier's side of a call. Does not own the programs: each has its own module.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from livekit import api

from tests.charts.workloads import values_of
from tests.voice import programs
from tests.voice.agent import Agent
from tests.voice.edge import Edge, FakeCluster, base_values
from tests.voice.freeswitch_program import (
    EDGE,
    EDGE_CARRIER,
    INSIDE_PORT,
    PRIVATE,
    FreeSwitch,
    call_values,
    reachable,
)
from tests.voice.livekit import API_KEY, API_SECRET, LiveKit, Redis
from tests.voice.livekit_sip import LIVEKIT_URL, LiveKitSip
from tests.voice.rooms import Rooms
from tests.voice.rtp import MediaEnd
from tests.voice.sip import Dialog, SipPeer, sdp
from tests.voice.trunks import Trunks
from tests.voice.waiting import eventually

CALLER: Final = "+15550001111"
CALLED: Final = "+4930123456"
CALLER_TONE: Final = 440
AGENT_TONE: Final = 600
OWN_NUMBER: Final = "+4930111222"
"""The number from which LiveKit calls."""
TRUNKS: Final = {"outbound": {"host": PRIVATE, "port": INSIDE_PORT, "numbers": [OWN_NUMBER]}}
FIRST_MEDIA_PORT: Final = 40000
"""Ports of the carrier's media; each call takes one."""
AGENT_ADDRESS: Final = "10.98.3.1"


@dataclass
class Call:
    """An answered call: its dialog and media at the carrier, and when it was sent and answered (monotonic seconds)."""

    dialog: Dialog
    media: MediaEnd
    sent: float
    answered: float

    def hears_agent(self, seconds: float = 10, frequency: int = AGENT_TONE) -> None:
        """Waits until the caller hears the agent's tone."""
        since = time.monotonic()
        eventually(lambda: self.media.hears(frequency, since), seconds, lambda: f"{len(self.media.received)} packets")


@dataclass
class Chain:
    """The running programs of the path."""

    folder: Path
    redis: Redis
    livekit: LiveKit
    bridge: LiveKitSip
    freeswitch: FreeSwitch
    edge: Edge
    cluster: FakeCluster
    carrier: SipPeer
    rooms: Rooms
    _ports: int = field(default=FIRST_MEDIA_PORT)

    def send(self, media: MediaEnd, number: str = CALLED, caller: str = CALLER) -> Dialog:
        """Sends a call to the edge as the carrier does."""
        offer = sdp(media.address, media.port)
        return self.carrier.invite((EDGE, 5060), number, body=offer, caller=caller)

    @contextmanager
    def media(self, frequency: int = CALLER_TONE) -> Generator[MediaEnd]:
        """A media end of the carrier, on a new port."""
        self._ports += 2
        with MediaEnd(EDGE_CARRIER, self._ports, frequency=frequency) as end:
            yield end

    @contextmanager
    def call(self, number: str = CALLED, caller: str = CALLER, frequency: int = CALLER_TONE) -> Generator[Call]:
        """A call that an agent answered. The end of the block hangs up unless the call has ended."""
        with self.media(frequency) as media:
            sent = time.monotonic()
            dialog = self.send(media, number, caller)
            answer = dialog.final(20)
            assert answer.status == 200, answer.text
            host, port = answer.media()
            media.remote = (reachable(host), port)
            try:
                yield Call(dialog, media, sent, answer.at)
            finally:
                # A dead node does not confirm the BYE.
                with contextlib.suppress(AssertionError):
                    if not dialog.has("BYE"):
                        dialog.hang_up()

    def restore_trunks(self) -> None:
        """Creates the trunks that Redis lost, as the trunk manager does."""
        eventually(
            lambda: Trunks(self.folder / f"trunks-{time.monotonic_ns()}", changes=TRUNKS).once().returncode == 0, 30
        )

    def room(self, seconds: float = 5) -> str:
        """The name of the only room with participants."""
        eventually(lambda: len(self.occupied()) == 1, seconds, lambda: str(self.occupied()))
        return next(iter(self.occupied()))

    def outbound_trunk(self) -> str:
        """Id of the trunk through which LiveKit calls FreeSWITCH."""
        request = api.ListSIPOutboundTrunkRequest()
        (trunk,) = self.rooms.call(lambda server: server.sip.list_outbound_trunk(request)).items
        return trunk.sip_trunk_id

    @contextmanager
    def transfer(self, request: api.TransferSIPParticipantRequest) -> Generator[None]:
        """Transfers a caller while the block runs. The transfer ends when the target answers."""
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(lambda: self.rooms.call(lambda server: server.sip.transfer_sip_participant(request)))
            yield
            done.result(10)

    def nothing_left(self, seconds: float = 20) -> None:
        """Waits until no channel, no dialog of the bridge and no participant is left. LiveKit removes an empty room
        after `departure_timeout`.
        """
        self.freeswitch.idle(seconds)
        eventually(lambda: self.bridge.active_calls() == 0, seconds, lambda: f"{self.bridge.active_calls()} calls")
        eventually(lambda: not self.occupied(), seconds, lambda: str(self.occupied()))

    def occupied(self) -> dict[str, set[str]]:
        """The participants of each room that has any."""
        participants = {name: self.rooms.identities(name) for name in self.rooms.names()}
        return {name: identities for name, identities in participants.items() if identities}


@contextmanager
def chain(folder: Path, freeswitch_prefix: Path, **values: Any) -> Generator[Chain]:
    """All programs of a chain except agents. `values` replace sections of FreeSWITCH's values."""
    with contextlib.ExitStack() as running:
        redis = running.enter_context(Redis(folder / "redis"))
        server = programs.built(programs.LIVEKIT)
        livekit = running.enter_context(LiveKit(folder / "livekit", values_of("livekit", "minimal"), redis, server))
        trunks = Trunks(folder / "trunks", changes=TRUNKS)
        eventually(lambda: trunks.once().returncode == 0, 30)
        bridge_values = values_of("livekit-sip", "full")
        bridge = running.enter_context(LiveKitSip(folder / "bridge", bridge_values, redis, private=PRIVATE))
        freeswitch = running.enter_context(FreeSwitch(folder / "freeswitch", freeswitch_prefix, call_values(**values)))
        cluster = FakeCluster(folder / "cluster")
        cluster.ready([PRIVATE])
        carriers = [{"name": "acme", "signallingCidrs": [f"{EDGE_CARRIER}/32"], "mode": "ip"}]
        edge = Edge(folder / "edge", cluster, {**base_values(), "carriers": carriers}, address=EDGE)
        running.callback(edge.stop)
        edge.start()
        carrier = running.enter_context(SipPeer(EDGE_CARRIER, locate=reachable))
        rooms = Rooms(LIVEKIT_URL, API_KEY, API_SECRET)
        yield Chain(folder, redis, livekit, bridge, freeswitch, edge, cluster, carrier, rooms)


def agent(folder: Path) -> Agent:
    """A worker that answers the calls of a chain."""
    secrets = {"livekit-api-key": API_KEY, "livekit-api-secret": API_SECRET}
    values = values_of("voice-agent", "minimal")
    return Agent(folder, values, livekit_url=LIVEKIT_URL, secrets=secrets, address=AGENT_ADDRESS, frequency=AGENT_TONE)
