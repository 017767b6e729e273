"""LiveKit: the media server, LiveKit SIP and LiveKit egress."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from settings.schema.call_costs import CALL_COSTS
from settings.schema.types import Section


class LiveKitSettings(Section):
    """LiveKit server: one pod on each node of pool `livekit`."""

    cpu: Annotated[int, Field(ge=1, le=64)] = 6
    """CPUs of a pod, a whole number."""
    memory_gib: Annotated[int, Field(ge=1, le=256)] = 8
    """Memory of a pod, GiB."""
    calls_per_cpu: Annotated[int, Field(ge=1, le=1000)] = CALL_COSTS["livekit"].calls_per_cpu
    """Concurrent calls per CPU: rooms of two participants, audio only. The default is measured and leaves a third of
    the CPU free (`docs/capacity.md`).
    """
    turn_tls: bool = True
    """Offers TURN over TLS on port 443, for clients behind strict firewalls."""


class LiveKitSipSettings(Section):
    """LiveKit SIP: one pod next to each FreeSWITCH."""

    cpu: Annotated[int, Field(ge=1, le=64)] = 4
    """CPUs of a pod, a whole number."""
    memory_gib: Annotated[int, Field(ge=1, le=256)] = 4
    """Memory of a pod, GiB."""
    calls_per_cpu: Annotated[int, Field(ge=1, le=500)] = CALL_COSTS["livekit-sip"].calls_per_cpu
    """Concurrent calls per CPU. The default is measured and leaves a third of the CPU free (`docs/capacity.md`).
    LiveKit SIP refuses no calls above it. The value sizes the pods, directs outbound calls to pods with free capacity
    and drives the autoscaler. FreeSWITCH limits inbound calls.
    """
    manage_trunks: bool = False
    """Runs the trunk manager, which maintains LiveKit's trunks and dispatch rule. It requires the image
    `voice:images.tools` with the programs of `images/tools`. Without the trunk manager, create trunks and rule yourself
    (`charts/livekit-sip/README.md`); LiveKit SIP accepts no calls without them.
    """


class EgressSettings(Section):
    """LiveKit egress, which records rooms of WebRTC clients on request. FreeSWITCH records telephone calls."""

    enabled: bool = False
    """Runs LiveKit egress."""
    replicas: Annotated[int, Field(ge=1, le=50)] = 2
    """Number of pods."""
    cpu: Annotated[int, Field(ge=1, le=64)] = 4
    """CPUs of a pod, a whole number. A composite recording uses up to 4, a participant recording 2, an audio recording
    1. A pod with fewer CPUs accepts the recording anyway and can drop frames.
    """
    memory_gib: Annotated[int, Field(ge=1, le=256)] = 4
    """Memory of a pod, GiB."""
