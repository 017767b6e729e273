"""The time to replace the nodes of a pool if a plan changes their software."""

from __future__ import annotations

import math
from typing import Any

from azure_rehearsal.reports.duration_table import NO_TIME, Minutes, NodeRollout
from azure_rehearsal.reports.recording_graph import Resource, number


def node_rollout(resource: Resource, table: NodeRollout) -> Minutes:
    """The minutes in addition to the update itself, from the minimum to the maximum node count of a pool.

    Zero if the change does not replace nodes, or the recording does not have the changed properties (only plans do).
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

    def minutes(nodes: int, node: float, fraction: float) -> float:
        return math.ceil(nodes / _surge(settings.get("maxSurge"), nodes)) * (node + soak + fraction * drain)

    node, fraction = table.node_minutes, table.drain_fraction
    return Minutes(
        minutes(minimum, node.low, fraction.low),
        minutes(minimum, node.typical, fraction.typical),
        minutes(maximum, node.high, fraction.high),
    )


def _surge(setting: Any, nodes: int) -> int:
    """The nodes replaced at a time: a number, or a percentage of the pool, rounded up; 1 if not set."""
    text = str(setting or "")
    percent, count = text.removesuffix("%"), text
    if text.endswith("%") and percent.isdecimal():
        return max(1, math.ceil(nodes * int(percent) / 100))
    return max(1, int(count)) if count.isdecimal() else 1
