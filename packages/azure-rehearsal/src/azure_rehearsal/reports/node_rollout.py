"""What it takes to roll the nodes of a pool, where a plan changes what they run."""

from __future__ import annotations

import math
from typing import Any

from azure_rehearsal.reports.duration_table import NO_TIME, Minutes, NodeRollout
from azure_rehearsal.reports.recording_graph import Resource, number


def node_rollout(resource: Resource, table: NodeRollout) -> Minutes:
    """Minutes beyond those of the update itself: surge by surge, from the fewest nodes of a pool to the maximum.

    No time for what does not roll nodes, or where a recording does not say what changed (only plans do).
    """
    if resource.op != "update" or resource.type not in table.types:
        return NO_TIME
    if not {path.rsplit(".", 1)[-1] for path in resource.changed} & set(table.changed):
        return NO_TIME
    pools = resource.values("agentPoolProfiles") or [resource.inputs]
    return sum((_pool(pool, table) for pool in pools), NO_TIME)


def _pool(pool: dict[str, Any], table: NodeRollout) -> Minutes:
    settings = pool.get("upgradeSettings") or {}
    drain = number(settings.get("drainTimeoutInMinutes"), table.drain_timeout_minutes)
    soak = number(settings.get("nodeSoakDurationInMinutes"), 0)
    fixed = number(pool.get("count"), 0)
    minimum, maximum = (int(number(pool.get(key), fixed)) for key in ("minCount", "maxCount"))

    def minutes(nodes: int, node: float, share: float) -> float:
        return math.ceil(nodes / _surge(settings.get("maxSurge"), nodes)) * (node + soak + share * drain)

    node, share = table.node_minutes, table.drain_share
    return Minutes(
        minutes(minimum, node.low, share.low),
        minutes(minimum, node.typical, share.typical),
        minutes(maximum, node.high, share.high),
    )


def _surge(setting: Any, nodes: int) -> int:
    """How many nodes are rolled at once: a number, or a share of the pool, rounded up; 1 where nothing is said."""
    text = str(setting or "")
    share, count = text.removesuffix("%"), text
    if text.endswith("%") and share.isdecimal():
        return max(1, math.ceil(nodes * int(share) / 100))
    return max(1, int(count)) if count.isdecimal() else 1
