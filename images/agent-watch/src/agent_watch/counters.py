"""Counters and gauges in Prometheus' text format. Labels contain reasons, no data about callers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from agent_watch.decisions import Reason

PREFIX: Final = "agent_watch_"


@dataclass(kw_only=True)
class Counters:
    """Counts of this replica since its start."""

    agents_lost: Counter[Reason] = field(default_factory=Counter)
    redispatches: int = 0
    calls_ended: int = 0
    rooms_ended: int = 0
    failed_looks: int = 0
    webhooks: int = 0
    refused_webhooks: int = 0
    calls: int = 0
    leader: bool = False

    def text(self) -> str:
        """Returns all metrics."""
        lines = [f"# HELP {PREFIX}agents_lost_total Agents that callers could not hear.", *_head("agents_lost_total")]
        lines += [f'{PREFIX}agents_lost_total{{reason="{reason}"}} {self.agents_lost[reason]}' for reason in Reason]
        for name, about, kind, value in (
            ("redispatches_total", "Calls for which an agent was dispatched again.", "counter", self.redispatches),
            ("calls_ended_total", "Calls that were ended because no agent came back.", "counter", self.calls_ended),
            ("rooms_ended_total", "Rooms whose agents stayed after the call.", "counter", self.rooms_ended),
            ("failed_looks_total", "Requests to LiveKit that failed.", "counter", self.failed_looks),
            ("webhooks_total", "Webhooks of LiveKit that arrived.", "counter", self.webhooks),
            ("refused_webhooks_total", "Webhooks with a wrong signature.", "counter", self.refused_webhooks),
            ("calls", "Rooms with a caller.", "gauge", self.calls),
            ("leader", "1 on the replica that acts.", "gauge", int(self.leader)),
        ):
            lines += [f"# HELP {PREFIX}{name} {about}", *_head(name, kind), f"{PREFIX}{name} {value}"]
        return "\n".join(lines) + "\n"


def _head(name: str, kind: str = "counter") -> list[str]:
    return [f"# TYPE {PREFIX}{name} {kind}"]
