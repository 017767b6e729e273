"""A stand-in for the cluster autoscaler: a node more where a pod finds no place, a node less where nobody needs it.

Followed in outline: kubernetes/autoscaler, cluster-autoscaler (scale-up by simulating a new node of each pool, similar
pools kept in balance where the cluster asks for it, scale-down of nodes that stay unneeded). Selectors, required node
affinity, taints, requests, host ports and required anti-affinity between the pods of one node are looked at before a
node is added; what else keeps a pod from its place (spreading, affinity to pods, volumes) the scheduler decides, and a
node that does not help goes again.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rehearsal.kubernetes.cluster import Object
from rehearsal.kubernetes.quantities import amount
from rehearsal.kubernetes.real.nodes import Nodes, emptiest, pool_of, template
from rehearsal.kubernetes.real.pools import Pool
from rehearsal.kubernetes.real.real_cluster import RealCluster

UNNEEDED_SECONDS: Final = 10
"""How long a node stays unneeded before it goes; AKS's default is ten minutes."""
PENDING_SECONDS: Final = 1.5
"""How long a pod is without a place before a node is added for it: some wait only for their volume."""
BOOT_SECONDS: Final = 3
"""For so long a new node is expected to take the pods that it was added for."""
SAFE_TO_EVICT: Final = "cluster-autoscaler.kubernetes.io/safe-to-evict"
_HOSTNAME: Final = "kubernetes.io/hostname"
_RESOURCES: Final = ("cpu", "memory")


class Autoscaler:
    """Scales the pools of one cluster that want it."""

    def __init__(self, cluster: RealCluster, nodes: Nodes) -> None:
        self._cluster = cluster
        self._nodes = nodes
        self._unneeded: dict[str, float] = {}
        self._added: dict[str, float] = {}
        self._pending: dict[str, float] = {}
        self.enabled = True

    def look(self, pools: Sequence[Pool]) -> None:
        """Adds and removes nodes."""
        if not self.enabled:
            return
        pods = self._cluster.list_objects("v1", "Pod")
        nodes = self._nodes.all()
        self._grow(pools, nodes, self._waiting(pods))
        self._shrink(pools, nodes, pods)

    def _waiting(self, pods: list[Object]) -> list[Object]:
        """The pods that have been without a place for a while."""
        now = time.monotonic()
        homeless = {pod["metadata"]["uid"]: pod for pod in pods if _is_homeless(pod)}
        self._pending = {uid: self._pending.get(uid, now) for uid in homeless}
        return [pod for uid, pod in homeless.items() if now - self._pending[uid] >= PENDING_SECONDS]

    def _grow(self, pools: Sequence[Pool], nodes: list[Object], homeless: list[Object]) -> None:
        now = time.monotonic()
        self._added = {name: at for name, at in self._added.items() if now - at < BOOT_SECONDS}
        if not homeless or self._added:
            return
        count: dict[str, int] = defaultdict(int)
        for node in nodes:
            count[pool_of(node)] += 1
        fresh: list[tuple[Object, list[Object]]] = []
        for pod in homeless:
            taken = next((on for node, on in fresh if fits(pod, node, on)), None)
            if taken is not None:
                taken.append(pod)
                continue
            for pool in _candidates(pools, count):
                zone = emptiest(pool, [*nodes, *(node for node, _ in fresh)])
                if count[pool.name] < pool.most and fits(pod, template(pool, zone), ()):
                    node = self._nodes.add(pool, zone)
                    if node is not None:
                        count[pool.name] += 1
                        fresh.append((node, [pod]))
                        self._added[node["metadata"]["name"]] = now
                        break

    def _shrink(self, pools: Sequence[Pool], nodes: list[Object], pods: list[Object]) -> None:
        now = time.monotonic()
        by_node: dict[str, list[Object]] = defaultdict(list)
        for pod in pods:
            by_node[pod["spec"].get("nodeName", "")].append(pod)
        for pool in pools:
            mine = [node for node in nodes if pool_of(node) == pool.name]
            spare = len(mine) - pool.fewest
            for node in mine if pool.is_autoscaled else ():
                name = node["metadata"]["name"]
                if name in self._added or any(_is_in_the_way(pod) for pod in by_node[name]):
                    self._unneeded.pop(name, None)
                elif now - self._unneeded.setdefault(name, now) >= UNNEEDED_SECONDS and spare > 0:
                    self._nodes.remove(node)
                    self._unneeded.pop(name)
                    spare -= 1


def fits(pod: Object, node: Object, others: Sequence[Object]) -> bool:
    """Whether a node, on which there are `others` already, would take a pod."""
    spec = pod["spec"]
    return (
        _is_selected(spec, node["metadata"]["labels"])
        and all(_is_tolerated(taint, spec) for taint in node["spec"].get("taints") or ())
        and _has_room(pod, node, others)
        and not any(_ports(pod) & _ports(other) for other in others)
        and not any(_keeps_away(pod, other) or _keeps_away(other, pod) for other in others)
    )


def requests(pod: Object) -> dict[str, float]:
    """What a pod asks for, in CPUs and bytes: the larger of its containers together and any of its first ones."""
    spec, asked = pod["spec"], dict.fromkeys(_RESOURCES, 0.0)
    restarted = [entry for entry in spec.get("initContainers") or () if entry.get("restartPolicy") == "Always"]
    for resource in _RESOURCES:
        together = sum(_request(entry, resource) for entry in [*spec["containers"], *restarted])
        first = max((_request(entry, resource) for entry in spec.get("initContainers") or ()), default=0.0)
        asked[resource] = max(together, first) + amount((spec.get("overhead") or {}).get(resource, 0))
    return asked


def _request(container: Object, resource: str) -> float:
    return amount(((container.get("resources") or {}).get("requests") or {}).get(resource, 0))


def _has_room(pod: Object, node: Object, others: Sequence[Object]) -> bool:
    allocatable = node["status"]["allocatable"]
    if len(others) >= int(allocatable["pods"]):
        return False
    wanted = [requests(one) for one in (pod, *others)]
    return all(sum(one[resource] for one in wanted) <= amount(allocatable[resource]) for resource in _RESOURCES)


def _is_homeless(pod: Object) -> bool:
    """Whether the scheduler has looked for a node in vain."""
    if pod["spec"].get("nodeName") or pod["metadata"].get("deletionTimestamp"):
        return False
    said = pod.get("status", {}).get("conditions") or ()
    return any(entry["type"] == "PodScheduled" and entry.get("reason") == "Unschedulable" for entry in said)


def _is_in_the_way(pod: Object) -> bool:
    """Whether a node is needed for a pod; those of DaemonSets are everywhere, those that ended are nowhere."""
    owners = pod["metadata"].get("ownerReferences") or ()
    is_daemon = any(owner["kind"] == "DaemonSet" for owner in owners)
    has_ended = pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
    keeps = (pod["metadata"].get("annotations") or {}).get(SAFE_TO_EVICT) == "false"
    return (not is_daemon and not has_ended) or (keeps and not has_ended)


def _candidates(pools: Sequence[Pool], count: Mapping[str, int]) -> list[Pool]:
    """The pools that may grow: those with fewest nodes first, where the cluster asks for similar ones to be balanced;
    otherwise one of them takes everything."""
    growing = [pool for pool in pools if pool.is_autoscaled]
    return sorted(growing, key=lambda pool: (count[pool.name] if pool.is_balanced else 0, pool.name))


def _is_selected(spec: Object, labels: dict[str, str]) -> bool:
    if any(labels.get(name) != value for name, value in (spec.get("nodeSelector") or {}).items()):
        return False
    required = ((spec.get("affinity") or {}).get("nodeAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    )
    if not required:
        return True
    terms = required["nodeSelectorTerms"]
    return any(all(_matches(rule, labels) for rule in term.get("matchExpressions") or ()) for term in terms)


def _matches(rule: Object, labels: dict[str, str]) -> bool:
    """Whether labels are as an expression of a selector wants them."""
    value, values = labels.get(rule["key"]), rule.get("values") or []
    match rule["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt":
            return value is not None and int(value) > int(values[0])
        case _:
            return value is not None and int(value) < int(values[0])


def _is_tolerated(taint: Object, spec: Object) -> bool:
    return taint["effect"] == "PreferNoSchedule" or any(
        toleration.get("effect") in (None, "", taint["effect"])
        and (
            (toleration.get("operator") == "Exists" and toleration.get("key") in (None, "", taint["key"]))
            or (toleration.get("key") == taint["key"] and toleration.get("value", "") == taint.get("value", ""))
        )
        for toleration in spec.get("tolerations") or ()
    )


def _ports(pod: Object) -> set[tuple[int, str]]:
    """The ports of its node that a pod takes."""
    found = set()
    for container in pod["spec"]["containers"]:
        for port in container.get("ports") or ():
            if port.get("hostPort"):
                found.add((port["hostPort"], port.get("protocol", "TCP")))
    return found


def _keeps_away(pod: Object, other: Object) -> bool:
    """Whether a pod refuses to share a node with another one."""
    anti = ((pod["spec"].get("affinity") or {}).get("podAntiAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    ) or ()
    labels: dict[str, Any] = other["metadata"].get("labels") or {}
    for term in anti:
        selector = term.get("labelSelector") or {}
        named = all(labels.get(name) == value for name, value in (selector.get("matchLabels") or {}).items())
        chosen = all(_matches(rule, labels) for rule in selector.get("matchExpressions") or ())
        if term["topologyKey"] == _HOSTNAME and named and chosen:
            return True
    return False
