"""Nodes that nobody needs: emptied through the eviction API, and taken away once they are empty.

Followed in outline: kubernetes/autoscaler, cluster-autoscaler/core/scaledown. A node goes that is under-used for a
while, holds no pod that forbids it, and whose pods all find a place on other nodes; one node with pods at a time, and
never below a pool's minimum. Whether another node takes a pod is asked of `fitting`; beyond that, a pod with a volume
stays in its zone, and one that has to be spread stays where it is.
"""

from __future__ import annotations

import copy
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from azure_rehearsal.kubernetes.cluster import ApiError, Object, Reason
from azure_rehearsal.kubernetes.real.agent_pools import Pool
from azure_rehearsal.kubernetes.real.nodes import ZONE_LABEL, Nodes, is_marked_for_deletion, pool_of
from azure_rehearsal.kubernetes.real.real_cluster import RealCluster
from azure_rehearsal.kubernetes.real.scale_down_rules import (
    SCALE_DOWN_DISABLED,
    ScaleDownProfile,
    blocking_reason,
    budgets_of,
    disruptions_allowed,
    is_terminated,
    must_be_evicted,
    utilization,
)
from azure_rehearsal.kubernetes.real.scheduling_predicates import fits

UNNEEDED_SECONDS: Final = 10
"""How long a node stays unneeded before it goes; AKS's default is ten minutes."""
EVICTION_SECONDS: Final = 30
"""How long evictions that a budget refuses are tried before a node is given back; the autoscaler's is two minutes."""
_DEFAULT_GRACE_SECONDS: Final = 30


@dataclass
class _Snapshot:
    """What one look sees: nodes that may take pods, the pods on each, and what the budgets still allow. Moving pods
    in thought changes it."""

    nodes: dict[str, Object]
    pods: dict[str, list[Object]]
    budgets: list[Object]
    profile: ScaleDownProfile

    def simulate_removal(self, node: Object) -> str:
        """Why a node cannot be emptied; where it can, its pods are moved in thought."""
        name = node["metadata"]["name"]
        if (node["metadata"].get("annotations") or {}).get(SCALE_DOWN_DISABLED) == "true":
            return f"it says {SCALE_DOWN_DISABLED}"
        mine = self.pods[name]
        used = utilization(node, mine)
        if used >= self.profile.threshold:
            return f"{used:.0%} of it are asked for"
        moving = [pod for pod in mine if must_be_evicted(pod)]
        for pod in moving:
            if reason := blocking_reason(pod, self.budgets, self.profile):
                return f"{pod['metadata']['namespace']}/{pod['metadata']['name']} stays: {reason}"
        after = copy.copy(self.pods)
        for pod in moving:
            if not self._schedule(pod, node, after):
                return f"no other node takes {pod['metadata']['namespace']}/{pod['metadata']['name']}"
        for pod in moving:
            for budget in budgets_of(pod, self.budgets):
                budget.setdefault("status", {})["disruptionsAllowed"] = disruptions_allowed(budget) - 1
        self.pods = after
        self.nodes.pop(name)
        return ""

    def reserve(self, pods: Sequence[Object]) -> None:
        """Keeps room for pods that are about to come; one that fits nowhere waits for a new node anyway."""
        after = copy.copy(self.pods)
        for pod in pods:
            self._schedule(pod, None, after)
        self.pods = after

    def _schedule(self, pod: Object, origin: Object | None, pods: dict[str, list[Object]]) -> bool:
        """Puts a pod onto the first node that takes it, in `pods`; says whether by_name is one."""
        for name, node in self.nodes.items():
            if node is not origin and _can_move(pod, origin, node) and fits(pod, node, pods[name]):
                pods[name] = [*pods[name], pod]
                return True
        return False


def _can_move(pod: Object, origin: Object | None, node: Object) -> bool:
    """Whether a pod that is on one node could be on another one, as far as volumes and spreading go."""
    spec = pod["spec"]
    if origin is None:
        return True
    if any(rule["whenUnsatisfiable"] == "DoNotSchedule" for rule in spec.get("topologySpreadConstraints") or ()):
        return False
    has_volume = any("persistentVolumeClaim" in volume for volume in spec.get("volumes") or ())
    return not has_volume or node["metadata"]["labels"].get(ZONE_LABEL) == origin["metadata"]["labels"].get(ZONE_LABEL)


class ScaleDown:
    """Takes nodes away from the pools of one cluster. Used by one thread at a time.

    `profile` is asked at every look: a deployment may change it.
    """

    def __init__(self, cluster: RealCluster, nodes: Nodes, profile: Callable[[], ScaleDownProfile]) -> None:
        self._cluster = cluster
        self._nodes = nodes
        self._profile = profile
        self._unneeded: dict[str, float] = {}
        self._draining: dict[str, float] = {}
        self.reasons: dict[str, str] = {}
        """Why nodes stay that are above their pool's minimum, by their names."""

    @property
    def is_busy(self) -> bool:
        """Whether a node is on its way out, or may be soon."""
        return bool(self._unneeded or self._draining)

    def run_once(self, pools: Sequence[Pool], nodes: list[Object], pods: list[Object], new: Collection[str]) -> None:
        """Goes on with what is being emptied, and begins with what nobody needs. `new` nodes wait for their pods."""
        profile, now = self._profile(), time.monotonic()
        by_name = {node["metadata"]["name"]: node for node in nodes}
        self._draining = {name: since for name, since in self._draining.items() if name in by_name}
        for name, node in list(by_name.items()):
            if name in self._draining:
                if self._continue_drain(node, profile):
                    del by_name[name]
            elif is_marked_for_deletion(node):  # A killed run started this drain.
                self._nodes.unmark_for_deletion(node)
        found = self._unneeded_now(pools, by_name, pods, new, profile)
        self._unneeded = {name: self._unneeded.get(name, now) for name in found}
        spare = _nodes_above_minimum(pools, [node for name, node in by_name.items() if name not in self._draining])
        for name, moving in found.items():
            pool = pool_of(by_name[name])
            if now - self._unneeded[name] < UNNEEDED_SECONDS or spare[pool] <= 0 or (moving and self._draining):
                continue
            spare[pool] -= 1
            del self._unneeded[name]
            self._start_drain(by_name[name], profile)

    def _unneeded_now(
        self,
        pools: Sequence[Pool],
        by_name: dict[str, Object],
        pods: list[Object],
        new: Collection[str],
        profile: ScaleDownProfile,
    ) -> dict[str, bool]:
        """The nodes that could go, the empty ones first, with whether pods have to move."""
        by_node: dict[str, list[Object]] = defaultdict(list)
        for pod in pods:
            if not is_terminated(pod):
                by_node[pod["spec"].get("nodeName", "")].append(pod)
        standing = {name: node for name, node in by_name.items() if name not in self._draining}
        spare = _nodes_above_minimum(pools, list(standing.values()))
        snapshot = _Snapshot(dict(standing), by_node, copy.deepcopy(self._budgets()), profile)
        coming = [*by_node[""], *(pod for name in self._draining for pod in by_node[name])]
        snapshot.reserve(
            [pod for pod in coming if must_be_evicted(pod) and not pod["metadata"].get("deletionTimestamp")]
        )
        occupied = {name: any(map(must_be_evicted, by_node[name])) for name in standing}
        found: dict[str, bool] = {}
        self.reasons = {}
        for name in sorted(standing, key=lambda name: (occupied[name], name)):
            if name in new or spare[pool_of(standing[name])] <= 0:
                continue
            if reason := snapshot.simulate_removal(standing[name]):
                self.reasons[name] = reason
            else:
                found[name] = occupied[name]
        return found

    def _start_drain(self, node: Object, profile: ScaleDownProfile) -> None:
        """Takes no more pods onto a node, looks once more at those that are by_name, and begins to empty it."""
        self._nodes.mark_for_deletion(node)
        budgets = self._budgets()
        if any(blocking_reason(pod, budgets, profile) for pod in self._pods_to_evict(node)):
            self._nodes.unmark_for_deletion(node)
            return
        self._draining[node["metadata"]["name"]] = time.monotonic()
        self._continue_drain(node, profile)

    def _continue_drain(self, node: Object, profile: ScaleDownProfile) -> bool:
        """Evicts the remaining pods and removes the node once it is empty; returns whether it was removed.

        Makes the node schedulable again when a budget refuses evictions for `EVICTION_SECONDS`.
        """
        name = node["metadata"]["name"]
        moving = self._pods_to_evict(node)
        if not moving:
            self._nodes.remove(node)
            del self._draining[name]
            return True
        refused = [
            pod
            for pod in moving
            if not pod["metadata"].get("deletionTimestamp") and not self._evict(pod, profile.grace_seconds)
        ]
        if refused and time.monotonic() - self._draining[name] > EVICTION_SECONDS:
            self._nodes.unmark_for_deletion(node)
            del self._draining[name]
        return False

    def _evict(self, pod: Object, grace_seconds: int) -> bool:
        """Evicts a pod; says whether it was."""
        metadata = pod["metadata"]
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}/eviction"
        own = pod["spec"].get("terminationGracePeriodSeconds", _DEFAULT_GRACE_SECONDS)
        body = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": metadata["name"], "namespace": metadata["namespace"]},
            "deleteOptions": {
                "gracePeriodSeconds": min(own, grace_seconds),
                "preconditions": {"uid": metadata["uid"]},
            },
        }
        try:
            self._cluster.api.request("POST", path, None, body)
        except ApiError as error:
            if error.reason is Reason.TOO_MANY_REQUESTS:
                return False
            if error.reason not in (Reason.NOT_FOUND, Reason.CONFLICT):  # It went, or is another one by now.
                raise
        return True

    def _pods_to_evict(self, node: Object) -> list[Object]:
        """The pods that a node still has to lose, as they are now."""
        name = node["metadata"]["name"]
        found = self._cluster.api.get("/api/v1/pods", {"fieldSelector": f"spec.nodeName={name}"}) or {}
        return [pod for pod in found.get("items", []) if must_be_evicted(pod)]

    def _budgets(self) -> list[Object]:
        return self._cluster.list_objects("policy/v1", "PodDisruptionBudget")


def _nodes_above_minimum(pools: Sequence[Pool], nodes: Sequence[Object]) -> dict[str, int]:
    """How many nodes each pool has above its minimum; a pool that is not scaled has none."""
    spare: dict[str, int] = defaultdict(int)
    for pool in pools:
        if pool.is_autoscaled:
            spare[pool.name] = sum(pool_of(node) == pool.name for node in nodes) - pool.min_count
    return spare
