"""The status that controllers would write, as far as deployments wait for it: every object is ready immediately.

Status fields from `azure_rehearsal.kubernetes.controllers` are kept. Cluster IPs are not simulated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from azure_rehearsal.kubernetes.cluster import Object, group_of

Status = dict[str, Any]


def ready_status(item: Object, generation: int, before: Status) -> Status:
    """The status of a fully reconciled object; empty for kinds without a status.

    `before` is the current status, which is kept where the new content does not determine it.
    """
    group_kind = (group_of(item["apiVersion"]), item["kind"])
    if group_kind not in _STATUS and group_kind not in _OBSERVED:
        return {**_FIXED.get(group_kind, {}), **before}
    status = _STATUS[group_kind](item) if group_kind in _STATUS else {}
    return {"observedGeneration": generation, **status} if group_kind in _OBSERVED else dict(status)


def _condition(type: str, reason: str) -> dict[str, str]:
    return {"type": type, "status": "True", "reason": reason}


def _deployment(item: Object) -> Status:
    replicas = item["spec"].get("replicas", 1)
    return {
        **dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), replicas),
        "conditions": [
            _condition("Available", "MinimumReplicasAvailable"),
            _condition("Progressing", "NewReplicaSetAvailable"),
        ],
    }


def _stateful_set(item: Object) -> Status:
    replicas = item["spec"].get("replicas", 1)
    counts = ("replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas")
    return dict.fromkeys(counts, replicas)


def _job(item: Object) -> Status:
    return {
        "succeeded": item["spec"].get("completions", 1),
        "conditions": [_condition("Complete", "CompletionsReached")],
    }


def _definition(item: Object) -> Status:
    return {
        "acceptedNames": item["spec"]["names"],
        "conditions": [_condition("NamesAccepted", "NoConflicts"), _condition("Established", "InitialNamesAccepted")],
        "storedVersions": [version["name"] for version in item["spec"]["versions"] if version["storage"]],
    }


_OBSERVED: Final = frozenset({("apps", "DaemonSet"), ("apps", "Deployment"), ("apps", "StatefulSet")})
_FIXED: Final[dict[tuple[str, str], Status]] = {
    ("", "Namespace"): {"phase": "Active"},
    ("", "PersistentVolumeClaim"): {"phase": "Bound"},
    ("", "Pod"): {"phase": "Running", "conditions": [_condition("Ready", "PodReady")]},
    ("", "Service"): {"loadBalancer": {}},
}
_STATUS: Final[dict[tuple[str, str], Callable[[Object], Status]]] = {
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _definition,
    ("apps", "Deployment"): _deployment,
    ("apps", "StatefulSet"): _stateful_set,
    ("batch", "Job"): _job,
}
