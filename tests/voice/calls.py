"""Calls through one FreeSWITCH node: the SIP edge or a carrier calls, and a SIP peer takes the place of LiveKit SIP."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from tests.voice.freeswitch_program import (
    BRIDGE_PORT,
    EDGE,
    EDGE_CARRIER,
    EDGE_PORT,
    INSIDE_PORT,
    PRIVATE,
    reachable,
)
from tests.voice.rtp import MediaEnd
from tests.voice.sip import Dialog, SipPeer, sdp

CALLED: Final = "+4930987654321"
"""The number of ours that callers dial."""
CALLER: Final = "+15550199876"
DIALED: Final = "+4989123456789"
"""A number that an agent dials."""
OWN_NUMBER: Final = "+4930555123456"
"""The number that an outbound call shows."""


@dataclass(frozen=True)
class Call:
    """An inbound call that was answered. The caller speaks until the call's block ends."""

    caller: Dialog
    bridge: Dialog
    speech: MediaEnd

    def __enter__(self) -> Call:
        self.speech.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.speech.__exit__()


@dataclass(frozen=True)
class Node:
    """The peers of a FreeSWITCH node: a pod of the SIP edge, the bridge of its node, and a carrier for calls out."""

    edge: SipPeer
    bridge: SipPeer
    carrier: SipPeer

    def offer(self, called: str = CALLED, port: int = 40000) -> Dialog:
        """Starts an inbound call; `port` is the caller's for media."""
        return self.edge.invite((PRIVATE, EDGE_PORT), called, body=sdp(EDGE, port), caller=CALLER)

    def answered(self, port: int = 40000) -> Call:
        """An inbound call that the bridge answered."""
        caller = self.offer(port=port)
        bridge = self.bridge.incoming()
        bridge.respond(180)
        bridge.respond(200, body=sdp(PRIVATE, 10000 + port))
        address, remote_port = caller.expect(200).media()
        return Call(caller, bridge, MediaEnd(EDGE, port, (reachable(address), remote_port)))

    def dial(self, number: str = DIALED) -> Dialog:
        """Starts an outbound call."""
        return self.bridge.invite((PRIVATE, INSIDE_PORT), number, body=sdp(PRIVATE, 50000), caller=OWN_NUMBER)


@contextmanager
def peers() -> Generator[Node]:
    """The peers of a node, until the block ends."""
    with SipPeer(EDGE) as edge, SipPeer(PRIVATE, BRIDGE_PORT, "tcp") as bridge, SipPeer(EDGE_CARRIER) as carrier:
        yield Node(edge, bridge, carrier)
