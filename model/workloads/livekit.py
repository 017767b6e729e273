"""LiveKit, the media server: one pod on each node of pool `livekit`."""

from __future__ import annotations

from typing import Final

from model import ports, secrets
from model.kubernetes import MEDIA, MEDIA_PRIORITY
from model.pools import LIVEKIT
from model.workloads.workload import Calls, Workload

WORKLOAD: Final = Workload(
    name="livekit",
    namespace=MEDIA,
    pool=LIVEKIT,
    priority=MEDIA_PRIORITY,
    section="livekit",
    images=("livekit", "tools"),
    secrets=(*secrets.LIVEKIT_KEYS, secrets.REDIS_PASSWORD),
    host_network=True,
    host_ports=lambda _: (
        ports.LIVEKIT_SIGNALLING,
        ports.LIVEKIT_ICE_TCP,
        ports.LIVEKIT_ICE_MUX,
        ports.LIVEKIT_TURN_UDP,
        ports.LIVEKIT_TURN_TLS,
        ports.LIVEKIT_TURN_RELAY,
        ports.LIVEKIT_METRICS,
    ),
    public_ports=lambda _: (ports.LIVEKIT_ICE_TCP, ports.LIVEKIT_ICE_MUX, ports.LIVEKIT_TURN_UDP),
    metrics=ports.LIVEKIT_METRICS,
    load_balancers=((ports.LIVEKIT_TURN_TLS_FRONTEND,),),
    calls=Calls(
        legs=2,
        legs_with_ports=0,
        legs_text="the caller and the agent, over the mux",
        metric="livekit_room_total",
        section=lambda settings: settings.livekit,
    ),
    waits_for_calls=True,
)
