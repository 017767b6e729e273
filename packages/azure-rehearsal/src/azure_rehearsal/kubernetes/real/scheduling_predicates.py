"""Whether a pod fits on a node: the cluster autoscaler's check before it adds or drains a node.

Checks node selectors, required node affinity, taints, requests, host ports, and required anti-affinity within a node.
The scheduler enforces the rest (topology spread, pod affinity, volumes).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from azure_rehearsal.kubernetes.cluster import Object
from azure_rehearsal.kubernetes.quantities import amount

RESOURCES: Final = ("cpu", "memory")
_HOSTNAME: Final = "kubernetes.io/hostname"


def fits(pod: Object, node: Object, others: Sequence[Object]) -> bool:
    """Whether a pod fits on a node that already runs the pods `others`."""
    spec = pod["spec"]
    return (
        _matches_node_selector(spec, node["metadata"]["labels"])
        and all(_is_tolerated(taint, spec) for taint in node["spec"].get("taints") or ())
        and _has_room(pod, node, others)
        and not any(_host_ports(pod) & _host_ports(other) for other in others)
        and not any(_has_anti_affinity_to(pod, other) or _has_anti_affinity_to(other, pod) for other in others)
    )


def requests(pod: Object) -> dict[str, float]:
    """A pod's requests in CPUs and bytes: the larger of the sum of its containers and its largest init container."""
    spec, result = pod["spec"], dict.fromkeys(RESOURCES, 0.0)
    sidecars = [entry for entry in spec.get("initContainers") or () if entry.get("restartPolicy") == "Always"]
    for resource in RESOURCES:
        sum_of_containers = sum(_request(entry, resource) for entry in [*spec["containers"], *sidecars])
        largest_init = max((_request(entry, resource) for entry in spec.get("initContainers") or ()), default=0.0)
        result[resource] = max(sum_of_containers, largest_init) + amount((spec.get("overhead") or {}).get(resource, 0))
    return result


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
    """Whether a label selector selects these labels; an empty selector selects all."""
    named = all(labels.get(name) == value for name, value in (selector.get("matchLabels") or {}).items())
    return named and all(_matches(rule, labels) for rule in selector.get("matchExpressions") or ())


def _matches(rule: Object, labels: dict[str, str]) -> bool:
    """Whether labels satisfy an expression of a selector."""
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
    """The host ports of a pod."""
    found = set()
    for container in pod["spec"]["containers"]:
        for port in container.get("ports") or ():
            if port.get("hostPort"):
                found.add((port["hostPort"], port.get("protocol", "TCP")))
    return found


def _has_anti_affinity_to(pod: Object, other: Object) -> bool:
    """Whether a pod's anti-affinity excludes another pod from its node."""
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
