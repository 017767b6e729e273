"""When a call without RTP ends."""

from __future__ import annotations

from typing import Final

RTP_TIMEOUT_SECONDS: Final = 300
"""How long a call that is not on hold may be without RTP, seconds; FreeSWITCH then ends it."""


RTP_HOLD_TIMEOUT_SECONDS: Final = 1800
"""How long a call on hold may be without RTP, seconds; FreeSWITCH then ends it."""


BRIDGE_TIMEOUT_SECONDS: Final = 10
"""How long FreeSWITCH waits for RTP from its bridge, seconds; it then ends the call. LiveKit SIP sends a packet every
20 ms as long as it lives, whether anybody speaks or not (livekit/media-sdk, mixer/mixer.go).
"""


FREESWITCH_TIMEOUT_SECONDS: Final = 30
"""How long LiveKit SIP waits for RTP from FreeSWITCH, seconds; it then ends the call. FreeSWITCH fills the pauses of a
caller who is muted or on hold with silence, so this ends calls of a node that died, and of an early-media pause that
is longer.
"""
