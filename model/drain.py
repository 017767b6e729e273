"""Drain times: one setting, `telephony.maxCallSeconds`, determines all of them.

A stopping pod accepts calls for the deregistration delay, then waits for its longest call, then uploads recordings.
The grace period in Kubernetes is at least that long, and AKS waits longer than Kubernetes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from settings.schema.telephony import TelephonySettings

MARGIN_SECONDS: Final = 30
AKS_MARGIN_MINUTES: Final = 5
AKS_LONGEST_DRAIN_MINUTES: Final = 1440
"""AgentPool `upgradeSettings.drainTimeoutInMinutes`, the largest value that Azure accepts."""


@dataclass(frozen=True)
class DrainBudget:
    """`grace_seconds` is the termination grace period of pods; `node_minutes` is AKS's drain timeout of a node."""

    grace_seconds: int
    node_minutes: int


def drain_budget(telephony: TelephonySettings) -> DrainBudget:
    """Returns the budget for the longest call.

    `model.checks` refuses a budget above `AKS_LONGEST_DRAIN_MINUTES`.
    """
    grace = (
        telephony.deregistration_delay_seconds + telephony.max_call_seconds + telephony.upload_seconds + MARGIN_SECONDS
    )
    return DrainBudget(grace_seconds=grace, node_minutes=math.ceil(grace / 60) + AKS_MARGIN_MINUTES)
