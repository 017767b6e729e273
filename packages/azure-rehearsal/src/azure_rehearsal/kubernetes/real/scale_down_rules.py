"""Which pods keep the cluster autoscaler from emptying a node, and when a node is used too little to stay.

Followed: kubernetes/autoscaler, cluster-autoscaler/simulator/drainability/rules, utils/drain and
simulator/utilization. One rule is not: a pod that is still there long after its grace period counts no more, and its
node goes; kwok plays pods that end when their calls do, and nobody kills them.
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
"""Annotation of a node that is never taken away."""
_SYSTEM: Final = "kube-system"


@dataclass(frozen=True)
class ScaleDownProfile:
    """What a cluster's `autoScalerProfile` says of nodes that may go; the defaults are Azure's.

    `threshold` is a share of what a node offers; `skips_…` keep nodes with such pods; `grace_seconds` is the most that
    a pod gets to end.
    """

    threshold: float = 0.5
    skips_local_storage: bool = True
    skips_system_pods: bool = True
    grace_seconds: int = 600

    @classmethod
    def of(cls, properties: Mapping[str, Any] | None) -> ScaleDownProfile:
        """From the properties of a ManagedCluster, which hold all of it as text."""
        said: Mapping[str, Any] = (properties or {}).get("autoScalerProfile") or {}
        return cls(
            threshold=float(said.get("scaleDownUtilizationThreshold") or cls.threshold),
            skips_local_storage=str(said.get("skipNodesWithLocalStorage") or "true").lower() == "true",
            skips_system_pods=str(said.get("skipNodesWithSystemPods") or "true").lower() == "true",
            grace_seconds=int(said.get("maxGracefulTerminationSec") or cls.grace_seconds),
        )


def blocking_reason(pod: Object, budgets: Sequence[Object], profile: ScaleDownProfile) -> str:
    """Why a pod keeps its node; empty where it may be moved. `budgets` are the PodDisruptionBudgets of the cluster."""
    metadata = pod["metadata"]
    said = (metadata.get("annotations") or {}).get(SAFE_TO_EVICT)
    mine = budgets_of(pod, budgets)
    if said == "true":  # The eviction API still asks the budgets.
        return ""
    if not any(owner.get("controller") for owner in metadata.get("ownerReferences") or ()):
        return "it is not replicated"
    if metadata["namespace"] == _SYSTEM and profile.skips_system_pods and not mine:
        return f"it is in {_SYSTEM} and has no PodDisruptionBudget"
    if said == "false":
        return f"it says {SAFE_TO_EVICT}: false"
    if profile.skips_local_storage and _keeps_files(pod):
        return "it has local storage"
    for budget in mine:
        if disruptions_allowed(budget) < 1:
            return f"PodDisruptionBudget {budget['metadata']['name']} allows no disruption"
    return ""


def must_be_evicted(pod: Object) -> bool:
    """Whether a pod has to leave before its node can go: not those of DaemonSets, nor those that ended."""
    owners = pod["metadata"].get("ownerReferences") or ()
    return not any(owner["kind"] == "DaemonSet" for owner in owners) and not is_terminated(pod)


def is_terminated(pod: Object) -> bool:
    return pod.get("status", {}).get("phase") in ("Succeeded", "Failed")


def utilization(node: Object, pods: Sequence[Object]) -> float:
    """The larger share of CPU and memory that the pods of a node ask for: those that run, of DaemonSets too."""
    asked = [requests(pod) for pod in pods]
    allocatable = node["status"]["allocatable"]
    return max(sum(one[resource] for one in asked) / amount(allocatable[resource]) for resource in RESOURCES)


def budgets_of(pod: Object, budgets: Sequence[Object]) -> list[Object]:
    """The PodDisruptionBudgets that count a pod."""
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


def _keeps_files(pod: Object) -> bool:
    """Whether a pod has files on its node, beyond memory and volumes that it says may be lost."""
    lost = (pod["metadata"].get("annotations") or {}).get(SAFE_VOLUMES, "").split(",")
    return any(
        "hostPath" in volume or ("emptyDir" in volume and (volume["emptyDir"] or {}).get("medium") != "Memory")
        for volume in pod["spec"].get("volumes") or ()
        if volume["name"] not in lost
    )
