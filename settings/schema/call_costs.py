"""What one telephone call costs each workload in CPU time, as measured on real programs. The defaults of `callsPerCpu`.

Owns the figures, their date and how they were taken. Does not own how many pods they need (`model.capacity`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

SPARE: Final = 1 / 3
"""Part of a CPU that stays free: for the burst of setups, other codecs and calls unlike those that were measured."""


@dataclass(frozen=True, kw_only=True)
class CallCost:
    """CPU time of one call, in cores, and how it was measured."""

    cores: float
    measured: date
    method: str

    @property
    def calls_per_cpu(self) -> int:
        """Concurrent calls that one CPU carries with `SPARE` of it left."""
        return math.floor((1 - SPARE) / self.cores)


_WHOLE_CHAIN: Final = (
    "CPU time of the processes during 5 concurrent calls through FreeSWITCH, LiveKit SIP and LiveKit to an agent that"
    " recognizes and speaks offline, on 2 shared cores"
)
_DAY: Final = date(2026, 11, 30)

CALL_COSTS: Final[Mapping[str, CallCost]] = {
    "freeswitch": CallCost(
        cores=0.0070,
        measured=_DAY,
        method="CPU time of FreeSWITCH 1.10.12 over 15 s with 100 concurrent calls, PCMU on both legs, RTP in both"
        " directions, WAV recording, rtp-timer-name=soft, no transcoding, on 2 shared cores",
    ),
    "livekit-sip": CallCost(cores=0.045, measured=_DAY, method=_WHOLE_CHAIN),
    "livekit": CallCost(cores=0.030, measured=_DAY, method=_WHOLE_CHAIN),
    "voice-agent": CallCost(cores=0.16, measured=_DAY, method=_WHOLE_CHAIN),
}
