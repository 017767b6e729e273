"""How long a node may take to let its calls end: one setting, `telephony.maxCallSeconds`, drives every clock.

A stopping pod keeps accepting calls for the deregistration delay, then waits for its longest call, then uploads the
recording. Kubernetes must allow at least that (grace period), and AKS must wait longer than Kubernetes.
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
    """`grace_seconds` is the pods' termination grace period; `node_minutes` the time AKS gives a node to empty."""

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
