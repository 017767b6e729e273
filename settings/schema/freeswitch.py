"""FreeSWITCH."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from settings.schema.call_costs import CALL_COSTS
from settings.schema.types import Section

EventSocket = Literal["loopback", "private"]


class FreeSwitchSettings(Section):
    """FreeSWITCH on the nodes of pool `sip`, one on each."""

    cpu: Annotated[int, Field(ge=1, le=64)] = 2
    """Whole CPUs of a pod; LiveKit SIP needs room beside it on the same node."""
    memory_gib: Annotated[int, Field(ge=1, le=256)] = 4
    """Memory of a pod, GiB."""
    calls_per_cpu: Annotated[int, Field(ge=1, le=500)] = CALL_COSTS["freeswitch"].calls_per_cpu
    """Concurrent calls that one CPU carries with both legs and the recording; the default is measured, with a third to
    spare (`docs/capacity.md`)."""
    calls_per_second: Annotated[int, Field(ge=1, le=1000)] = 15
    """New calls that one pod takes in a second."""
    bridge: Literal["livekit", "agentSocket"] = "livekit"
    """Where calls go: to LiveKit through its SIP bridge, or straight to the agent's event socket."""
    record: bool = True
    """Records each call and uploads it to container `recordings`."""
    event_socket: EventSocket = "loopback"
    """Who reaches the event socket: programs in the pod, or agents too, at the node's private address."""
    real_time_priority: bool = False
    """Gives the container SYS_NICE, for real-time scheduling; it works without."""
