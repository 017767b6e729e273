"""The SIP edge."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from settings.schema.types import Section


class SipEdgeSettings(Section):
    """Kamailio behind the load balancer. It receives the carriers' calls and forwards each to a ready FreeSWITCH."""

    replicas: Annotated[int, Field(ge=2, le=10)] = 2
    """Number of pods. A pod holds the state of its transactions, and no state of dialogs."""
    cpu: Annotated[int, Field(ge=1, le=16)] = 1
    """CPUs of a pod, a whole number."""
    memory_mib: Annotated[int, Field(ge=256, le=16384)] = 512
    """Memory of a pod, MiB."""
    requests_per_second: Annotated[int, Field(ge=1, le=10000)] = 200
    """Maximum requests per second from one source address to one pod. The pod drops further requests."""
    try_next_milliseconds: Annotated[int, Field(ge=200, le=10000)] = 1000
    """Time to wait for a response of FreeSWITCH before the edge tries the next one, milliseconds."""
