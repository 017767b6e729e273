"""Timeouts that end a call without RTP."""

from __future__ import annotations

from typing import Final

RTP_TIMEOUT_SECONDS: Final = 300
"""Seconds without RTP after which FreeSWITCH ends a call that is not on hold."""


RTP_HOLD_TIMEOUT_SECONDS: Final = 1800
"""Seconds without RTP after which FreeSWITCH ends a call on hold."""


BRIDGE_TIMEOUT_SECONDS: Final = 10
"""Seconds without RTP from the bridge after which FreeSWITCH ends a call. A running LiveKit SIP sends a packet every
20 ms, in silence too (livekit/media-sdk, mixer/mixer.go).
"""


FREESWITCH_TIMEOUT_SECONDS: Final = 30
"""Seconds without RTP from FreeSWITCH after which LiveKit SIP ends a call. FreeSWITCH sends silence for callers who are
muted or on hold, so this ends only calls of a node that died and calls with a longer pause of early media.
"""
