"""FreeSWITCH, which takes calls and bridges them: one pod on each node of pool `sip`."""

from __future__ import annotations

from typing import Final

from model import ports, secrets
from model.kubernetes import MEDIA, MEDIA_PRIORITY
from model.permissions import USER_SECRETS, Container
from model.pools import SIP
from model.workloads.livekit_sip import WORKLOAD as LIVEKIT_SIP
from model.workloads.workload import Calls, Workload

WORKLOAD: Final = Workload(
    name="freeswitch",
    namespace=MEDIA,
    pool=SIP,
    priority=MEDIA_PRIORITY,
    section="freeswitch",
    images=("freeswitch", "freeswitch_exporter", "tools"),
    secrets=(secrets.EVENT_SOCKET_PASSWORD.name, secrets.CALL_TOKEN_KEY.name, USER_SECRETS),
    containers=(Container.RECORDINGS,),
    host_network=True,
    host_ports=lambda telephony: (
        *ports.FREESWITCH_EDGE_PROFILE,
        *ports.FREESWITCH_CARRIER_PROFILE,
        *ports.FREESWITCH_INSIDE_PROFILE,
        ports.FREESWITCH_EVENT_SOCKET,
        ports.FREESWITCH_HEALTH,
        ports.FREESWITCH_METRICS,
        ports.freeswitch_rtp(telephony.rtp_ports),
    ),
    public_ports=lambda telephony: (
        *ports.FREESWITCH_EDGE_PROFILE,
        *ports.FREESWITCH_CARRIER_PROFILE,
        ports.freeswitch_rtp(telephony.rtp_ports),
    ),
    metrics=ports.FREESWITCH_METRICS,
    calls=Calls(
        legs=2,
        legs_with_ports=2,
        legs_text="one towards the carrier, one towards the bridge",
        metric="freeswitch_current_calls",
        section=lambda settings: settings.freeswitch,
        rtp_ports=lambda settings: settings.telephony.rtp_ports.count,
        # LiveKit SIP does not refuse calls by itself: the FreeSWITCH of its node limits them for both.
        limited_with=lambda settings: (LIVEKIT_SIP,) if settings.freeswitch.bridge == "livekit" else (),
    ),
    waits_for_calls=True,
)
