"""CPU time of one telephone call in each workload, measured on real programs. Determines the defaults of `callsPerCpu`.

Owns the measurements, their dates and methods. Does not own the number of pods (`model.capacity`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

SPARE: Final = 1 / 3
"""Share of a CPU that stays free for bursts of new calls, other codecs and calls unlike the measured ones."""


@dataclass(frozen=True, kw_only=True)
class CallCost:
    """CPU time of one call, in cores, with the date and method of the measurement."""

    cores: float
    measured: date
    method: str

    @property
    def calls_per_cpu(self) -> int:
        """Concurrent calls that one CPU carries while `SPARE` of it stays free."""
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
