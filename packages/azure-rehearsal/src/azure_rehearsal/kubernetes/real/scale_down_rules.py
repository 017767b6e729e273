"""The cluster autoscaler's rules: which pods block a scale-down, and when a node is underutilized.

Follows kubernetes/autoscaler, cluster-autoscaler/simulator/drainability/rules, utils/drain and simulator/utilization,
with one exception: the real autoscaler ignores a pod that exists long after its grace period and removes its node. Here
such a pod still blocks, because kwok simulates pods that end only when their work does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from azure_rehearsal.kubernetes.cluster import Object
from azure_rehearsal.kubernetes.quantities import amount
from azure_rehearsal.kubernetes.real.scheduling_predicates import RESOURCES, requests, selects_labels

SAFE_TO_EVICT: Final = "cluster-autoscaler.kubernetes.io/safe-to-evict"
SAFE_VOLUMES: Final = f"{SAFE_TO_EVICT}-local-volumes"
SCALE_DOWN_DISABLED: Final = "cluster-autoscaler.kubernetes.io/scale-down-disabled"
"""Annotation of a node that is never removed."""
_SYSTEM: Final = "kube-system"


@dataclass(frozen=True)
class ScaleDownProfile:
    """The scale-down settings of a cluster's `autoScalerProfile`, with Azure's defaults.

    `threshold` is a fraction of a node's capacity; `skips_…` keep nodes with such pods; `grace_seconds` is the maximum
    grace period of a pod.
    """

    threshold: float = 0.5
    skips_local_storage: bool = True
    skips_system_pods: bool = True
    grace_seconds: int = 600

    @classmethod
    def of(cls, properties: Mapping[str, Any] | None) -> ScaleDownProfile:
        """Reads the properties of a ManagedCluster, where all values are text."""
        settings: Mapping[str, Any] = (properties or {}).get("autoScalerProfile") or {}
        return cls(
            threshold=float(settings.get("scaleDownUtilizationThreshold") or cls.threshold),
            skips_local_storage=str(settings.get("skipNodesWithLocalStorage") or "true").lower() == "true",
            skips_system_pods=str(settings.get("skipNodesWithSystemPods") or "true").lower() == "true",
            grace_seconds=int(settings.get("maxGracefulTerminationSec") or cls.grace_seconds),
        )


def blocking_reason(pod: Object, budgets: Sequence[Object], profile: ScaleDownProfile) -> str:
    """Why a pod blocks the removal of its node; empty when it can be evicted. `budgets` are all of the cluster."""
    metadata = pod["metadata"]
    safe_to_evict = (metadata.get("annotations") or {}).get(SAFE_TO_EVICT)
    selecting = budgets_of(pod, budgets)
    if safe_to_evict == "true":  # The eviction API still enforces the budgets.
        return ""
    if not any(owner.get("controller") for owner in metadata.get("ownerReferences") or ()):
        return "it is not replicated"
    if metadata["namespace"] == _SYSTEM and profile.skips_system_pods and not selecting:
        return f"it is in {_SYSTEM} and has no PodDisruptionBudget"
    if safe_to_evict == "false":
        return f"it has the annotation {SAFE_TO_EVICT}: false"
    if profile.skips_local_storage and _has_local_storage(pod):
        return "it has local storage"
    for budget in selecting:
        if disruptions_allowed(budget) < 1:
            return f"PodDisruptionBudget {budget['metadata']['name']} allows no disruption"
    return ""


def must_be_evicted(pod: Object) -> bool:
    """Whether a pod must leave before its node is removed; false for DaemonSet pods and terminated pods."""
    owners = pod["metadata"].get("ownerReferences") or ()
    return not any(owner["kind"] == "DaemonSet" for owner in owners) and not is_terminated(pod)


def is_terminated(pod: Object) -> bool:
    return pod.get("status", {}).get("phase") in ("Succeeded", "Failed")


def utilization(node: Object, pods: Sequence[Object]) -> float:
    """The larger fraction of CPU and memory that the node's running pods request, DaemonSet pods included."""
    requested = [requests(pod) for pod in pods]
    allocatable = node["status"]["allocatable"]
    return max(sum(one[resource] for one in requested) / amount(allocatable[resource]) for resource in RESOURCES)


def budgets_of(pod: Object, budgets: Sequence[Object]) -> list[Object]:
    """The PodDisruptionBudgets that select a pod."""
    metadata = pod["metadata"]
    return [
        budget
        for budget in budgets
        if budget["metadata"]["namespace"] == metadata["namespace"]
        and (selector := budget["spec"].get("selector")) is not None
        and selects_labels(selector, metadata.get("labels") or {})
    ]


def disruptions_allowed(budget: Object) -> int:
    """How many pods may be evicted now."""
    return int(budget.get("status", {}).get("disruptionsAllowed") or 0)


def _has_local_storage(pod: Object) -> bool:
    """Whether a pod stores files on its node, except in memory and in volumes that are marked as safe to lose."""
    safe_volumes = (pod["metadata"].get("annotations") or {}).get(SAFE_VOLUMES, "").split(",")
    return any(
        "hostPath" in volume or ("emptyDir" in volume and (volume["emptyDir"] or {}).get("medium") != "Memory")
        for volume in pod["spec"].get("volumes") or ()
        if volume["name"] not in safe_volumes
    )
