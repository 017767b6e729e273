"""A flow: one connection that the cluster's network policies admit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from model import ports
from model.flow_conditions import ALWAYS, Condition
from model.policy_endpoints import Peer
from model.ports import Ports


@dataclass(frozen=True, kw_only=True)
class Flow:
    """`source` opens connections to these ports of `target`; a string is the name of a container port.

    `target_speaks_first`: the server sends the first bytes, so a proxy must not wait for the client's.
    """

    source: Peer
    target: Peer
    ports: tuple[Ports | str, ...]
    reason: str
    when: Condition = ALWAYS
    target_speaks_first: bool = False


OTLP: Final = (ports.OTLP_GRPC, ports.OTLP_HTTP)
LIVEKIT_FOR_CLIENTS: Final = (
    ports.LIVEKIT_SIGNALLING,
    ports.LIVEKIT_ICE_TCP,
    ports.LIVEKIT_ICE_MUX,
    ports.LIVEKIT_TURN_UDP,
)
