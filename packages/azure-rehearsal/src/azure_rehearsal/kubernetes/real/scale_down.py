"""Scale-down: drains unneeded nodes through the eviction API and removes them once they are empty.

Follows kubernetes/autoscaler, cluster-autoscaler/core/scaledown, in outline. A node is removed when it has been
underutilized for a while, no pod blocks it, and all its pods fit on other nodes; one node with pods at a time, and
never below a pool's minimum. `scheduling_predicates` decides whether a pod fits; in addition, a pod with a volume stays
in its zone, and a pod with a topology spread constraint is never moved.
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
"""How long a node must be unneeded before it is removed; AKS's default is ten minutes."""
EVICTION_SECONDS: Final = 30
"""How long refused evictions are retried before the drain is canceled; two minutes in the real autoscaler."""
_DEFAULT_GRACE_SECONDS: Final = 30


@dataclass
class _Snapshot:
    """The state of one run: schedulable nodes, the pods on each, and what the budgets still allow.

    Simulated moves of pods change it.
    """

    nodes: dict[str, Object]
    pods: dict[str, list[Object]]
    budgets: list[Object]
    profile: ScaleDownProfile

    def simulate_removal(self, node: Object) -> str:
        """Why a node cannot be drained; empty when it can, and then its pods are moved in the snapshot."""
        name = node["metadata"]["name"]
        if (node["metadata"].get("annotations") or {}).get(SCALE_DOWN_DISABLED) == "true":
            return f"it has the annotation {SCALE_DOWN_DISABLED}"
        pods = self.pods[name]
        used = utilization(node, pods)
        if used >= self.profile.threshold:
            return f"its utilization is {used:.0%}"
        evicted = [pod for pod in pods if must_be_evicted(pod)]
        for pod in evicted:
            if reason := blocking_reason(pod, self.budgets, self.profile):
                return f"{pod['metadata']['namespace']}/{pod['metadata']['name']} cannot be evicted: {reason}"
        simulated = copy.copy(self.pods)
        for pod in evicted:
            if not self._schedule(pod, node, simulated):
                return f"no other node has room for {pod['metadata']['namespace']}/{pod['metadata']['name']}"
        for pod in evicted:
            for budget in budgets_of(pod, self.budgets):
                budget.setdefault("status", {})["disruptionsAllowed"] = disruptions_allowed(budget) - 1
        self.pods = simulated
        self.nodes.pop(name)
        return ""

    def reserve(self, pods: Sequence[Object]) -> None:
        """Reserves room for pending pods; a pod that does not fit waits for a new node anyway."""
        simulated = copy.copy(self.pods)
        for pod in pods:
            self._schedule(pod, None, simulated)
        self.pods = simulated

    def _schedule(self, pod: Object, origin: Object | None, pods: dict[str, list[Object]]) -> bool:
        """Places a pod on the first node where it fits, in `pods`; returns whether there is one."""
        for name, node in self.nodes.items():
            if node is not origin and _can_move(pod, origin, node) and fits(pod, node, pods[name]):
                pods[name] = [*pods[name], pod]
                return True
        return False


def _can_move(pod: Object, origin: Object | None, node: Object) -> bool:
    """Whether volumes and topology spread constraints allow a pod on `origin` to move to `node`."""
    spec = pod["spec"]
    if origin is None:
        return True
    if any(rule["whenUnsatisfiable"] == "DoNotSchedule" for rule in spec.get("topologySpreadConstraints") or ()):
        return False
    has_volume = any("persistentVolumeClaim" in volume for volume in spec.get("volumes") or ())
    return not has_volume or node["metadata"]["labels"].get(ZONE_LABEL) == origin["metadata"]["labels"].get(ZONE_LABEL)


class ScaleDown:
    """Removes nodes from the pools of one cluster. Not thread-safe.

    `profile` is read in every run, because a deployment may change it.
    """

    def __init__(self, cluster: RealCluster, nodes: Nodes, profile: Callable[[], ScaleDownProfile]) -> None:
        self._cluster = cluster
        self._nodes = nodes
        self._profile = profile
        self._unneeded: dict[str, float] = {}
        self._draining: dict[str, float] = {}
        self.reasons: dict[str, str] = {}
        """Why nodes above their pool's minimum remain, by node name."""

    @property
    def is_busy(self) -> bool:
        """Whether a node is being drained or may be soon."""
        return bool(self._unneeded or self._draining)

    def run_once(self, pools: Sequence[Pool], nodes: list[Object], pods: list[Object], new: Collection[str]) -> None:
        """Continues running drains and starts new ones. Nodes in `new` wait for their pods and are not removed."""
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
        surplus = _nodes_above_minimum(pools, [node for name, node in by_name.items() if name not in self._draining])
        for name, must_evict in found.items():
            pool = pool_of(by_name[name])
            if now - self._unneeded[name] < UNNEEDED_SECONDS or surplus[pool] <= 0 or (must_evict and self._draining):
                continue
            surplus[pool] -= 1
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
        """The nodes that could be removed, empty ones first, and whether pods must be evicted from them."""
        by_node: dict[str, list[Object]] = defaultdict(list)
        for pod in pods:
            if not is_terminated(pod):
                by_node[pod["spec"].get("nodeName", "")].append(pod)
        candidates = {name: node for name, node in by_name.items() if name not in self._draining}
        surplus = _nodes_above_minimum(pools, list(candidates.values()))
        snapshot = _Snapshot(dict(candidates), by_node, copy.deepcopy(self._budgets()), profile)
        pending = [*by_node[""], *(pod for name in self._draining for pod in by_node[name])]
        snapshot.reserve(
            [pod for pod in pending if must_be_evicted(pod) and not pod["metadata"].get("deletionTimestamp")]
        )
        occupied = {name: any(map(must_be_evicted, by_node[name])) for name in candidates}
        found: dict[str, bool] = {}
        self.reasons = {}
        for name in sorted(candidates, key=lambda name: (occupied[name], name)):
            if name in new or surplus[pool_of(candidates[name])] <= 0:
                continue
            if reason := snapshot.simulate_removal(candidates[name]):
                self.reasons[name] = reason
            else:
                found[name] = occupied[name]
        return found

    def _start_drain(self, node: Object, profile: ScaleDownProfile) -> None:
        """Marks a node for deletion, checks its pods again, and starts to drain it."""
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
        evicted = self._pods_to_evict(node)
        if not evicted:
            self._nodes.remove(node)
            del self._draining[name]
            return True
        refused = [
            pod
            for pod in evicted
            if not pod["metadata"].get("deletionTimestamp") and not self._evict(pod, profile.grace_seconds)
        ]
        if refused and time.monotonic() - self._draining[name] > EVICTION_SECONDS:
            self._nodes.unmark_for_deletion(node)
            del self._draining[name]
        return False

    def _evict(self, pod: Object, grace_seconds: int) -> bool:
        """Evicts a pod; returns whether the API server accepted."""
        metadata = pod["metadata"]
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}/eviction"
        grace = pod["spec"].get("terminationGracePeriodSeconds", _DEFAULT_GRACE_SECONDS)
        body = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": metadata["name"], "namespace": metadata["namespace"]},
            "deleteOptions": {
                "gracePeriodSeconds": min(grace, grace_seconds),
                "preconditions": {"uid": metadata["uid"]},
            },
        }
        try:
            self._cluster.api.request("POST", path, None, body)
        except ApiError as error:
            if error.reason is Reason.TOO_MANY_REQUESTS:
                return False
            if error.reason not in (Reason.NOT_FOUND, Reason.CONFLICT):  # It was deleted or replaced meanwhile.
                raise
        return True

    def _pods_to_evict(self, node: Object) -> list[Object]:
        """The pods that still block the removal of a node, read from the API server."""
        name = node["metadata"]["name"]
        found = self._cluster.api.get("/api/v1/pods", {"fieldSelector": f"spec.nodeName={name}"}) or {}
        return [pod for pod in found.get("items", []) if must_be_evicted(pod)]

    def _budgets(self) -> list[Object]:
        return self._cluster.list_objects("policy/v1", "PodDisruptionBudget")


def _nodes_above_minimum(pools: Sequence[Pool], nodes: Sequence[Object]) -> dict[str, int]:
    """How many nodes each autoscaled pool has above its minimum."""
    surplus: dict[str, int] = defaultdict(int)
    for pool in pools:
        if pool.is_autoscaled:
            surplus[pool.name] = sum(pool_of(node) == pool.name for node in nodes) - pool.min_count
    return surplus
