"""FreeSWITCH."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from settings.schema.call_costs import CALL_COSTS
from settings.schema.types import Section

EventSocket = Literal["loopback", "private"]


class FreeSwitchSettings(Section):
    """FreeSWITCH: one pod on each node of pool `sip`."""

    cpu: Annotated[int, Field(ge=1, le=64)] = 2
    """CPUs of a pod, a whole number. LiveKit SIP runs on the same node and needs its own CPUs."""
    memory_gib: Annotated[int, Field(ge=1, le=256)] = 4
    """Memory of a pod, GiB."""
    calls_per_cpu: Annotated[int, Field(ge=1, le=500)] = CALL_COSTS["freeswitch"].calls_per_cpu
    """Concurrent calls per CPU, with both legs and the recording. The default is measured and leaves a third of the CPU
    free (`docs/capacity.md`).
    """
    calls_per_second: Annotated[int, Field(ge=1, le=1000)] = 15
    """New calls per second and pod."""
    bridge: Literal["livekit", "agentSocket"] = "livekit"
    """Target of calls: `livekit` uses LiveKit SIP, `agentSocket` the agent's event socket without LiveKit."""
    record: bool = True
    """Records each call and uploads the recording to the container `recordings`."""
    event_socket: EventSocket = "loopback"
    """Address of the event socket: `loopback` admits programs in the pod, `private` also agents, on the node's private
    address.
    """
    real_time_priority: bool = False
    """Adds the capability SYS_NICE for real-time scheduling. It is optional."""
