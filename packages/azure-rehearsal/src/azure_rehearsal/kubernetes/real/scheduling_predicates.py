"""Whether a node would take a pod: what the cluster autoscaler asks before it adds a node, and before it empties one.

Looked at: selectors, required node affinity, taints, requests, host ports, required anti-affinity between the pods of
one node. What else keeps a pod from its place (spreading, affinity to pods, volumes) the scheduler decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from azure_rehearsal.kubernetes.cluster import Object
from azure_rehearsal.kubernetes.quantities import amount

RESOURCES: Final = ("cpu", "memory")
_HOSTNAME: Final = "kubernetes.io/hostname"


def fits(pod: Object, node: Object, others: Sequence[Object]) -> bool:
    """Whether a node, on which there are `others` already, would take a pod."""
    spec = pod["spec"]
    return (
        _matches_node_selector(spec, node["metadata"]["labels"])
        and all(_is_tolerated(taint, spec) for taint in node["spec"].get("taints") or ())
        and _has_room(pod, node, others)
        and not any(_host_ports(pod) & _host_ports(other) for other in others)
        and not any(_has_anti_affinity_to(pod, other) or _has_anti_affinity_to(other, pod) for other in others)
    )


def requests(pod: Object) -> dict[str, float]:
    """What a pod asks for, in CPUs and bytes: the larger of its containers together and any of its first ones."""
    spec, asked = pod["spec"], dict.fromkeys(RESOURCES, 0.0)
    restarted = [entry for entry in spec.get("initContainers") or () if entry.get("restartPolicy") == "Always"]
    for resource in RESOURCES:
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
    return all(sum(one[resource] for one in wanted) <= amount(allocatable[resource]) for resource in RESOURCES)


def _matches_node_selector(spec: Object, labels: dict[str, str]) -> bool:
    if any(labels.get(name) != value for name, value in (spec.get("nodeSelector") or {}).items()):
        return False
    required = ((spec.get("affinity") or {}).get("nodeAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    )
    if not required:
        return True
    terms = required["nodeSelectorTerms"]
    return any(all(_matches(rule, labels) for rule in term.get("matchExpressions") or ()) for term in terms)


def selects_labels(selector: Object, labels: dict[str, str]) -> bool:
    """Whether labels are as a selector wants them; an empty one wants nothing."""
    named = all(labels.get(name) == value for name, value in (selector.get("matchLabels") or {}).items())
    return named and all(_matches(rule, labels) for rule in selector.get("matchExpressions") or ())


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


def _host_ports(pod: Object) -> set[tuple[int, str]]:
    """The ports of its node that a pod takes."""
    found = set()
    for container in pod["spec"]["containers"]:
        for port in container.get("ports") or ():
            if port.get("hostPort"):
                found.add((port["hostPort"], port.get("protocol", "TCP")))
    return found


def _has_anti_affinity_to(pod: Object, other: Object) -> bool:
    """Whether a pod refuses to share a node with another one."""
    anti = ((pod["spec"].get("affinity") or {}).get("podAntiAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    ) or ()
    labels: dict[str, Any] = other["metadata"].get("labels") or {}
    return any(
        term["topologyKey"] == _HOSTNAME
        and _namespace(other) in (term.get("namespaces") or [_namespace(pod)])
        and selects_labels(term.get("labelSelector") or {}, labels)
        for term in anti
    )


def _namespace(pod: Object) -> str:
    return pod["metadata"].get("namespace", "default")
