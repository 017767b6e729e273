"""A simulated cluster autoscaler: adds nodes for unschedulable pods and removes unneeded nodes.

Follows kubernetes/autoscaler, cluster-autoscaler, in outline: it simulates a new node of each pool, balances similar
pools if the cluster asks for it, and scales down (`scale_down`). A new node that does not help, because of a constraint
that `scheduling_predicates` ignores, is removed again.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from azure_rehearsal.kubernetes.cluster import Object
from azure_rehearsal.kubernetes.real.agent_pools import Pool
from azure_rehearsal.kubernetes.real.nodes import Nodes, least_used_zone, pool_of, template
from azure_rehearsal.kubernetes.real.real_cluster import RealCluster
from azure_rehearsal.kubernetes.real.scale_down import ScaleDown
from azure_rehearsal.kubernetes.real.scale_down_rules import ScaleDownProfile
from azure_rehearsal.kubernetes.real.scheduling_predicates import fits

PENDING_SECONDS: Final = 1.5
"""How long a pod must be unschedulable before a node is added: some pods only wait for their volume."""
BOOT_SECONDS: Final = 3
"""How long a new node is expected to receive the pods that it was added for."""


class Autoscaler:
    """Scales the autoscaled pools of one cluster."""

    def __init__(self, cluster: RealCluster, nodes: Nodes, profile: Callable[[], ScaleDownProfile]) -> None:
        self._cluster = cluster
        self._nodes = nodes
        self.scale_down = ScaleDown(cluster, nodes, profile)
        self._added: dict[str, float] = {}
        self._pending: dict[str, float] = {}
        self.enabled = True

    @property
    def is_busy(self) -> bool:
        """Whether the autoscaler needs to run again soon."""
        now = time.monotonic()
        has_pending_pods = any(now - since < BOOT_SECONDS for since in self._pending.values())
        return self.enabled and bool(has_pending_pods or self._added or self.scale_down.is_busy)

    def run_once(self, pools: Sequence[Pool]) -> None:
        """Adds and removes nodes."""
        if not self.enabled:
            return
        pods = self._cluster.list_objects("v1", "Pod")
        nodes = self._nodes.list_all()
        self._scale_up(pools, nodes, self._long_unschedulable(pods))
        self.scale_down.run_once(pools, nodes, pods, self._added)

    def _long_unschedulable(self, pods: list[Object]) -> list[Object]:
        """The pods that have been unschedulable for `PENDING_SECONDS`."""
        now = time.monotonic()
        unschedulable = {pod["metadata"]["uid"]: pod for pod in pods if _is_unschedulable(pod)}
        self._pending = {uid: self._pending.get(uid, now) for uid in unschedulable}
        return [pod for uid, pod in unschedulable.items() if now - self._pending[uid] >= PENDING_SECONDS]

    def _scale_up(self, pools: Sequence[Pool], nodes: list[Object], unschedulable: list[Object]) -> None:
        now = time.monotonic()
        self._added = {name: at for name, at in self._added.items() if now - at < BOOT_SECONDS}
        if not unschedulable or self._added:
            return
        count: dict[str, int] = defaultdict(int)
        for node in nodes:
            count[pool_of(node)] += 1
        upcoming: list[tuple[Object, list[Object]]] = []
        for pod in unschedulable:
            placed = next((pods for node, pods in upcoming if fits(pod, node, pods)), None)
            if placed is not None:
                placed.append(pod)
                continue
            for pool in _candidates(pools, count):
                zone = least_used_zone(pool, [*nodes, *(node for node, _ in upcoming)])
                if count[pool.name] < pool.max_count and fits(pod, template(pool, zone), ()):
                    node = self._nodes.add(pool, zone)
                    if node is not None:
                        count[pool.name] += 1
                        upcoming.append((node, [pod]))
                        self._added[node["metadata"]["name"]] = now
                        break


def _is_unschedulable(pod: Object) -> bool:
    """Whether the scheduler found no node for a pod."""
    if pod["spec"].get("nodeName") or pod["metadata"].get("deletionTimestamp"):
        return False
    conditions = pod.get("status", {}).get("conditions") or ()
    return any(entry["type"] == "PodScheduled" and entry.get("reason") == "Unschedulable" for entry in conditions)


def _candidates(pools: Sequence[Pool], count: Mapping[str, int]) -> list[Pool]:
    """The autoscaled pools in the order in which they are tried.

    Balanced pools with the fewest nodes come first. Without balancing, the first pool that fits takes every pod.
    """
    autoscaled = [pool for pool in pools if pool.is_autoscaled]
    return sorted(autoscaled, key=lambda pool: (count[pool.name] if pool.is_balanced else 0, pool.name))
