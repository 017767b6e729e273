"""Logs: retention, quota and sources."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from settings.schema.types import Section


class ObservabilitySettings(Section):
    """The monitoring of the region."""

    log_retention_days: Annotated[int, Field(ge=30, le=730)] = 30
    """Retention of logs, days."""
    audit_retention_days: Annotated[int, Field(ge=30, le=730)] = 90
    """Retention of audit tables, days."""
    daily_quota_gb: Annotated[int, Field(ge=1)] | None = None
    """Daily log quota, GB. Azure drops further logs until the next day. There is no quota by default."""
    flow_logs: bool = True
    """Logs the network flows."""
    defender: bool = False
    """Runs the Microsoft Defender sensor on the nodes. Azure bills it per vCPU."""
