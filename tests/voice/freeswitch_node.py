"""A FreeSWITCH node with its peers, for tests of calls.

Owns the program and its peers: carriers, the SIP edge, the bridges. A test must leave no channel behind (`settled`).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.voice.freeswitch_program import (
    BRIDGE_PORT,
    DIRECT_CARRIER,
    EDGE,
    EDGE_CARRIER,
    EDGE_PORT,
    INSIDE_PORT,
    OTHER_BRIDGE,
    PRIVATE,
    FreeSwitch,
    reachable,
)
from tests.voice.rtp import MediaEnd
from tests.voice.sip import Dialog, Message, SipPeer, sdp
from tests.voice.waiting import eventually

NUMBER: Final = "+4930123456"
"""The number that carriers call."""
TARGET: Final = "+4930999999"
"""A number that outbound calls may dial."""
CARRIER_TONE: Final = 440
BRIDGE_TONE: Final = 700
FOR_CALLS: Final = (PRIVATE, EDGE_PORT)
FOR_LIVEKIT: Final = (PRIVATE, INSIDE_PORT)
_CARRIER_MEDIA: Final = 4000
_BRIDGE_MEDIA: Final = 4002


@dataclass
class Node:
    """The program and its peers. `acme` is the carrier of outbound calls."""

    freeswitch: FreeSwitch
    direct: SipPeer
    acme: SipPeer
    edge: SipPeer
    bridge: SipPeer
    other_bridge: SipPeer

    def call(self, *headers: str, number: str = NUMBER, body: str | None = None, **more: str) -> Dialog:
        """A call from the direct carrier."""
        offer = sdp(DIRECT_CARRIER, _CARRIER_MEDIA) if body is None else body
        return self.direct.invite(FOR_CALLS, number, *headers, body=offer, **more)

    def silent_call(self) -> tuple[Dialog, Dialog]:
        """An answered call without sound: the dialogs of the carrier and the bridge."""
        call = self.call()
        leg = self.bridge.incoming()
        leg.respond(180)
        leg.respond(200, body=bridge_answer())
        call.expect(200)
        return call, leg

    def call_out(self, number: str, *headers: str, **more: str) -> Dialog:
        """A call from LiveKit."""
        return self.bridge.invite(FOR_LIVEKIT, number, *headers, body=sdp(PRIVATE, _BRIDGE_MEDIA), **more)

    def forget(self) -> None:
        """Makes `incoming` of the peers ignore calls that have arrived."""
        for peer in (self.direct, self.acme, self.edge, self.bridge, self.other_bridge):
            peer.forget()

    def settled(self) -> None:
        """Waits until no channel is left."""
        self.freeswitch.idle()

    def bridged(self) -> None:
        """Waits until FreeSWITCH has connected the two legs of one call."""
        eventually(lambda: self.freeswitch.api("show calls count").split()[0] == "1", 5)


@dataclass
class Call:
    """An answered call from the direct carrier, and the sound at its ends."""

    carrier: Dialog
    bridge: Dialog
    carrier_sound: MediaEnd
    bridge_sound: MediaEnd

    def both_hear(self, seconds: float = 5, since: float = 0.0) -> None:
        """Waits until each end hears the other, after `since` (monotonic seconds)."""
        eventually(
            lambda: self.carrier_sound.hears(BRIDGE_TONE, since) and self.bridge_sound.hears(CARRIER_TONE, since),
            seconds,
        )

    def hang_up(self) -> None:
        """The carrier ends the call."""
        self.carrier.hang_up()
        self.bridge.expect("BYE")


def carrier_offer(version: int = 1, **more: Any) -> str:
    """The SDP of the direct carrier."""
    return sdp(DIRECT_CARRIER, _CARRIER_MEDIA, version=version, **more)


def bridge_answer(version: int = 1, **more: Any) -> str:
    """The SDP of the bridge."""
    return sdp(PRIVATE, _BRIDGE_MEDIA, version=version, **more)


def outbound_answer(**more: Any) -> str:
    """The SDP of the carrier of outbound calls."""
    return sdp(EDGE_CARRIER, _CARRIER_MEDIA, **more)


def media_address(message: Message) -> tuple[str, int]:
    """The address and port that receive the audio of an SDP."""
    address, port = message.media()
    return reachable(address), port


@contextmanager
def running_node(
    folder: Path,
    prefix: Path,
    values: Mapping[str, Any] | None = None,
    *,
    settings: Mapping[str, str] | None = None,
) -> Generator[Node]:
    """Starts a node; see `FreeSwitch` for `values` and `settings`."""
    with ExitStack() as stack:
        program = FreeSwitch(folder, prefix, values, settings=settings)
        program.start()
        stack.callback(program.kill)
        yield stack.enter_context(peers_of(program))


@contextmanager
def peers_of(program: FreeSwitch) -> Generator[Node]:
    """Starts the peers of a program, which may not run yet."""
    with ExitStack() as stack:
        peers = [SipPeer(address) for address in (DIRECT_CARRIER, EDGE_CARRIER, EDGE)]
        bridges = [SipPeer(address, BRIDGE_PORT, "tcp") for address in (PRIVATE, OTHER_BRIDGE)]
        yield Node(program, *(stack.enter_context(peer) for peer in (*peers, *bridges)))


@contextmanager
def sounds() -> Generator[tuple[MediaEnd, MediaEnd]]:
    """The media ends of the direct carrier and of the bridge."""
    with (
        MediaEnd(DIRECT_CARRIER, _CARRIER_MEDIA, frequency=CARRIER_TONE) as carrier,
        MediaEnd(PRIVATE, _BRIDGE_MEDIA, frequency=BRIDGE_TONE) as bridge,
    ):
        yield carrier, bridge


@contextmanager
def answered_call(node: Node) -> Generator[Call]:
    """A call that the node's bridge answered and whose ends hear each other."""
    with sounds() as (carrier, bridge):
        call = node.call()
        leg = node.bridge.incoming()
        assert leg.invite is not None
        bridge.remote = media_address(leg.invite)
        leg.respond(180)
        leg.respond(200, body=bridge_answer())
        carrier.remote = media_address(call.expect(200))
        connected = Call(call, leg, carrier, bridge)
        connected.both_hear()
        yield connected
