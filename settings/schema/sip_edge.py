"""The SIP edge."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from settings.schema.types import Section


class SipEdgeSettings(Section):
    """Kamailio behind the load balancer: takes carriers' calls and hands each to a ready FreeSWITCH."""

    replicas: Annotated[int, Field(ge=2, le=10)] = 2
    """Pods; transactions live in one of them, dialogs in none."""
    cpu: Annotated[int, Field(ge=1, le=16)] = 1
    """Whole CPUs of a pod."""
    memory_mib: Annotated[int, Field(ge=256, le=16384)] = 512
    """Memory of a pod, MiB."""
    requests_per_second: Annotated[int, Field(ge=1, le=10000)] = 200
    """Requests that one source address may send to one pod in a second; more are dropped."""
    try_next_milliseconds: Annotated[int, Field(ge=200, le=10000)] = 1000
    """How long a FreeSWITCH may stay silent before the next one is tried, milliseconds."""
