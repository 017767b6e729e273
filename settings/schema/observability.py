"""Logs, metrics and traces: where they go and how long they stay."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from settings.schema.types import Section


class ObservabilitySettings(Section):
    """The monitoring of the region."""

    log_retention_days: Annotated[int, Field(ge=30, le=730)] = 30
    """How long logs stay, days."""
    audit_retention_days: Annotated[int, Field(ge=30, le=730)] = 90
    """How long audit tables stay, days."""
    daily_quota_gb: Annotated[int, Field(ge=1)] | None = None
    """Gigabytes of logs a day, after which no more is taken until the next; none by default."""
    flow_logs: bool = True
    """Logs who talked to whom in the network."""
    defender: bool = False
    """Microsoft Defender's sensor on the nodes; billed by vCPU."""
