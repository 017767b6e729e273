"""LiveKit: the media server, its SIP bridge and its recorder."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from settings.schema.call_costs import CALL_COSTS
from settings.schema.types import Section


class LiveKitSettings(Section):
    """LiveKit server on the nodes of pool `livekit`, one on each."""

    cpu: Annotated[int, Field(ge=1, le=64)] = 6
    """Whole CPUs of a pod."""
    memory_gib: Annotated[int, Field(ge=1, le=256)] = 8
    """Memory of a pod, GiB."""
    calls_per_cpu: Annotated[int, Field(ge=1, le=1000)] = CALL_COSTS["livekit"].calls_per_cpu
    """Concurrent calls that one CPU carries: a room of two, audio only; the default is measured, with a third to spare
    (`docs/capacity.md`)."""
    turn_tls: bool = True
    """TURN over TLS on port 443, for clients behind strict firewalls."""


class LiveKitSipSettings(Section):
    """LiveKit SIP beside each FreeSWITCH."""

    cpu: Annotated[int, Field(ge=1, le=64)] = 4
    """Whole CPUs of a pod."""
    memory_gib: Annotated[int, Field(ge=1, le=256)] = 4
    """Memory of a pod, GiB."""
    calls_per_cpu: Annotated[int, Field(ge=1, le=500)] = CALL_COSTS["livekit-sip"].calls_per_cpu
    """Concurrent calls that one CPU carries; the default is measured, with a third to spare (`docs/capacity.md`).
    LiveKit SIP refuses no call because of it: it sizes the pods, steers outbound calls away from full ones and drives
    the autoscaler. FreeSWITCH bounds inbound calls."""
    manage_trunks: bool = False
    """Runs the trunk manager, which keeps LiveKit's trunks and dispatch rule. Needs the image `voice:images.tools` with
    the programs of `images/tools`. Off: create them yourself (`charts/livekit-sip/README.md`); without them LiveKit SIP
    takes no call."""


class EgressSettings(Section):
    """LiveKit egress: records rooms of WebRTC clients on request. Phone calls are recorded by FreeSWITCH."""

    enabled: bool = False
    """Off by default."""
    replicas: Annotated[int, Field(ge=1, le=50)] = 2
    """Pods."""
    cpu: Annotated[int, Field(ge=1, le=64)] = 4
    """Whole CPUs of a pod. A composed recording takes up to four, one of a participant two, sound alone one. A pod with
    fewer accepts such a recording all the same and may drop frames."""
    memory_gib: Annotated[int, Field(ge=1, le=256)] = 4
    """Memory of a pod, GiB."""
