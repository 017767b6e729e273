"""Recording rules, independent of the service that evaluates them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

MOST_RULES_IN_A_GROUP: Final = 20
"""Azure's limit (learn.microsoft.com/azure/azure-monitor/essentials/prometheus-rule-groups)."""


@dataclass(frozen=True)
class RecordingRule:
    """A series named `record`: the result of `expression` with `labels` added."""

    record: str
    expression: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RuleGroup:
    """Rules that are evaluated together, in order, every `interval_minutes` (Azure: whole minutes from 1 to 15)."""

    name: str
    rules: tuple[RecordingRule, ...]
    interval_minutes: int = 1


def rate(metric: str) -> str:
    """Returns the per-second rate of a counter."""
    return f"rate({metric}[5m])"
