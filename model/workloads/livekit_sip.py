"""LiveKit SIP, the bridge between FreeSWITCH and LiveKit: one pod on each node of pool `sip`."""

from __future__ import annotations

from typing import Final

from model import ports, secrets
from model.flow import Flow
from model.flow_conditions import MANAGED_TRUNKS
from model.kubernetes import MEDIA, MEDIA_PRIORITY
from model.policy_endpoints import named
from model.pools import SIP
from model.workloads.livekit import WORKLOAD as LIVEKIT
from model.workloads.workload import Calls, Workload

TRUNK_MANAGER: Final = named("livekit-sip-trunks", MEDIA.name)
"""The job that creates LiveKit's trunks and dispatch rule (`livekitSip.manageTrunks`)."""

WORKLOAD: Final = Workload(
    name="livekit-sip",
    namespace=MEDIA,
    pool=SIP,
    priority=MEDIA_PRIORITY,
    section="livekitSip",
    images=("livekit_sip", "tools"),
    secrets=(*secrets.LIVEKIT_KEYS, secrets.REDIS_PASSWORD),
    host_network=True,
    host_ports=lambda _: (
        *ports.LIVEKIT_SIP_SIGNALLING,
        ports.LIVEKIT_SIP_RTP,
        ports.LIVEKIT_SIP_HEALTH,
        ports.LIVEKIT_SIP_METRICS,
    ),
    metrics=ports.LIVEKIT_SIP_METRICS,
    flows=(
        Flow(
            source=TRUNK_MANAGER,
            target=LIVEKIT.endpoint,
            ports=(ports.LIVEKIT_SIGNALLING,),
            reason="trunks and dispatch rules of the SIP bridge",
            when=MANAGED_TRUNKS,
        ),
    ),
    calls=Calls(
        legs=2,
        legs_with_ports=1,
        legs_text="one towards FreeSWITCH, one into the room",
        metric="livekit_sip_calls_active",
        section=lambda settings: settings.livekit_sip,
        rtp_ports=lambda _: ports.LIVEKIT_SIP_RTP.count,
    ),
    waits_for_calls=True,
)
