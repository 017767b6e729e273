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
from azure_rehearsal.kubernetes.real.drainability import (
    STAYS,
    ScaleDownProfile,
    allowed,
    budgets_of,
    has_ended,
    must_move,
    obstacle,
    utilization,
)
from azure_rehearsal.kubernetes.real.fitting import fits
from azure_rehearsal.kubernetes.real.nodes import ZONE, Nodes, is_going, pool_of
from azure_rehearsal.kubernetes.real.pools import Pool
from azure_rehearsal.kubernetes.real.real_cluster import RealCluster

UNNEEDED_SECONDS: Final = 10
"""How long a node stays unneeded before it goes; AKS's default is ten minutes."""
EVICTION_SECONDS: Final = 30
"""How long evictions that a budget refuses are tried before a node is given back; the autoscaler's is two minutes."""
_DEFAULT_GRACE_SECONDS: Final = 30


@dataclass
class _Sight:
    """What one look sees: nodes that may take pods, the pods on each, and what the budgets still allow. Moving pods
    in thought changes it."""

    nodes: dict[str, Object]
    pods: dict[str, list[Object]]
    budgets: list[Object]
    profile: ScaleDownProfile

    def why_it_stays(self, node: Object) -> str:
        """Why a node cannot be emptied; where it can, its pods are moved in thought."""
        name = node["metadata"]["name"]
        if (node["metadata"].get("annotations") or {}).get(STAYS) == "true":
            return f"it says {STAYS}"
        mine = self.pods[name]
        used = utilization(node, mine)
        if used >= self.profile.threshold:
            return f"{used:.0%} of it are asked for"
        moving = [pod for pod in mine if must_move(pod)]
        for pod in moving:
            if reason := obstacle(pod, self.budgets, self.profile):
                return f"{pod['metadata']['namespace']}/{pod['metadata']['name']} stays: {reason}"
        after = copy.copy(self.pods)
        for pod in moving:
            if not self._placed(pod, node, after):
                return f"no other node takes {pod['metadata']['namespace']}/{pod['metadata']['name']}"
        for pod in moving:
            for budget in budgets_of(pod, self.budgets):
                budget.setdefault("status", {})["disruptionsAllowed"] = allowed(budget) - 1
        self.pods = after
        self.nodes.pop(name)
        return ""

    def reserve(self, pods: Sequence[Object]) -> None:
        """Keeps room for pods that are about to come; one that fits nowhere waits for a new node anyway."""
        after = copy.copy(self.pods)
        for pod in pods:
            self._placed(pod, None, after)
        self.pods = after

    def _placed(self, pod: Object, origin: Object | None, pods: dict[str, list[Object]]) -> bool:
        """Puts a pod onto the first node that takes it, in `pods`; says whether there is one."""
        for name, node in self.nodes.items():
            if node is not origin and _may_come(pod, origin, node) and fits(pod, node, pods[name]):
                pods[name] = [*pods[name], pod]
                return True
        return False


def _may_come(pod: Object, origin: Object | None, node: Object) -> bool:
    """Whether a pod that is on one node could be on another one, as far as volumes and spreading go."""
    spec = pod["spec"]
    if origin is None:
        return True
    if any(rule["whenUnsatisfiable"] == "DoNotSchedule" for rule in spec.get("topologySpreadConstraints") or ()):
        return False
    has_volume = any("persistentVolumeClaim" in volume for volume in spec.get("volumes") or ())
    return not has_volume or node["metadata"]["labels"].get(ZONE) == origin["metadata"]["labels"].get(ZONE)


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

    def look(self, pools: Sequence[Pool], nodes: list[Object], pods: list[Object], new: Collection[str]) -> None:
        """Goes on with what is being emptied, and begins with what nobody needs. `new` nodes wait for their pods."""
        profile, now = self._profile(), time.monotonic()
        there = {node["metadata"]["name"]: node for node in nodes}
        self._draining = {name: since for name, since in self._draining.items() if name in there}
        for name, node in list(there.items()):
            if name in self._draining:
                if self._go_on(node, profile):
                    del there[name]
            elif is_going(node):  # A run that was killed had begun with it.
                self._nodes.give_back(node)
        found = self._unneeded_now(pools, there, pods, new, profile)
        self._unneeded = {name: self._unneeded.get(name, now) for name in found}
        spare = _spare(pools, [node for name, node in there.items() if name not in self._draining])
        for name, moving in found.items():
            pool = pool_of(there[name])
            if now - self._unneeded[name] < UNNEEDED_SECONDS or spare[pool] <= 0 or (moving and self._draining):
                continue
            spare[pool] -= 1
            del self._unneeded[name]
            self._begin(there[name], profile)

    def _unneeded_now(
        self,
        pools: Sequence[Pool],
        there: dict[str, Object],
        pods: list[Object],
        new: Collection[str],
        profile: ScaleDownProfile,
    ) -> dict[str, bool]:
        """The nodes that could go, the empty ones first, with whether pods have to move."""
        by_node: dict[str, list[Object]] = defaultdict(list)
        for pod in pods:
            if not has_ended(pod):
                by_node[pod["spec"].get("nodeName", "")].append(pod)
        standing = {name: node for name, node in there.items() if name not in self._draining}
        spare = _spare(pools, list(standing.values()))
        sight = _Sight(dict(standing), by_node, copy.deepcopy(self._budgets()), profile)
        coming = [*by_node[""], *(pod for name in self._draining for pod in by_node[name])]
        sight.reserve([pod for pod in coming if must_move(pod) and not pod["metadata"].get("deletionTimestamp")])
        occupied = {name: any(map(must_move, by_node[name])) for name in standing}
        found: dict[str, bool] = {}
        self.reasons = {}
        for name in sorted(standing, key=lambda name: (occupied[name], name)):
            if name in new or spare[pool_of(standing[name])] <= 0:
                continue
            if reason := sight.why_it_stays(standing[name]):
                self.reasons[name] = reason
            else:
                found[name] = occupied[name]
        return found

    def _begin(self, node: Object, profile: ScaleDownProfile) -> None:
        """Takes no more pods onto a node, looks once more at those that are there, and begins to empty it."""
        self._nodes.mark_going(node)
        budgets = self._budgets()
        if any(obstacle(pod, budgets, profile) for pod in self._moving(node)):
            self._nodes.give_back(node)
            return
        self._draining[node["metadata"]["name"]] = time.monotonic()
        self._go_on(node, profile)

    def _go_on(self, node: Object, profile: ScaleDownProfile) -> bool:
        """Evicts what is still there; takes the node away once nothing is, or gives it back after a while. Says whether
        it went."""
        name = node["metadata"]["name"]
        moving = self._moving(node)
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
            self._nodes.give_back(node)
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
            self._cluster.server.request("POST", path, None, body)
        except ApiError as error:
            if error.reason is Reason.TOO_MANY_REQUESTS:
                return False
            if error.reason not in (Reason.NOT_FOUND, Reason.CONFLICT):  # It went, or is another one by now.
                raise
        return True

    def _moving(self, node: Object) -> list[Object]:
        """The pods that a node still has to lose, as they are now."""
        name = node["metadata"]["name"]
        found = self._cluster.server.get("/api/v1/pods", {"fieldSelector": f"spec.nodeName={name}"}) or {}
        return [pod for pod in found.get("items", []) if must_move(pod)]

    def _budgets(self) -> list[Object]:
        return self._cluster.list_objects("policy/v1", "PodDisruptionBudget")


def _spare(pools: Sequence[Pool], nodes: Sequence[Object]) -> dict[str, int]:
    """How many nodes each pool has above its minimum; a pool that is not scaled has none."""
    spare: dict[str, int] = defaultdict(int)
    for pool in pools:
        if pool.is_autoscaled:
            spare[pool.name] = sum(pool_of(node) == pool.name for node in nodes) - pool.fewest
    return spare
