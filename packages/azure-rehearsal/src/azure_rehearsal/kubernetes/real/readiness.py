"""The readiness conditions that the kubernetes provider waits for after a write to a real cluster.

Follows `provider/pkg/await` of pulumi-kubernetes (deployment.go, statefulset.go, daemonset.go, job.go, pod.go,
service.go, persistentvolumeclaim). As there, other kinds are ready once they are written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from azure_rehearsal.kubernetes.cluster import Cluster, Key, Object, group_of

READY_TIMEOUT_SECONDS: Final = 120
"""The real provider allows Deployments, StatefulSets, DaemonSets, Services and Pods ten minutes. Here no image is
pulled and no machine boots.
"""
_DISCOVERY: Final = "discovery.k8s.io/v1"
_SERVICE_LABEL: Final = "kubernetes.io/service-name"


def not_ready_reason(cluster: Cluster, live: Object) -> str:
    """Why an object is not ready; empty when it is."""
    check = _CHECKS.get((group_of(live["apiVersion"]), live["kind"]))
    return check(cluster, live) if check else ""


def is_current(live: Object) -> bool:
    """Whether the controller has observed the latest generation."""
    return live.get("status", {}).get("observedGeneration", 0) >= live["metadata"].get("generation", 0)


def _deployment(cluster: Cluster, live: Object) -> str:
    status, wanted = live.get("status", {}), live["spec"].get("replicas", 1)
    if not is_current(live):
        return "the Deployment controller has not observed it yet"
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    if updated < wanted or available < wanted or status.get("replicas", 0) > updated:
        return f"{available} of {wanted} pods are available, {updated} are updated{_condition_messages(live)}"
    return ""


def _stateful_set(cluster: Cluster, live: Object) -> str:
    status, wanted = live.get("status", {}), live["spec"].get("replicas", 1)
    if not is_current(live):
        return "the StatefulSet controller has not observed it yet"
    ready, updated = status.get("readyReplicas", 0), status.get("updatedReplicas", 0)
    if live["spec"].get("updateStrategy", {}).get("type") == "OnDelete":
        updated = wanted
    return "" if ready >= wanted and updated >= wanted else f"{ready} of {wanted} pods are ready, {updated} updated"


def _daemon_set(cluster: Cluster, live: Object) -> str:
    status = live.get("status", {})
    if not is_current(live):
        return "the DaemonSet controller has not observed it yet"
    wanted, available = status.get("desiredNumberScheduled", 0), status.get("numberAvailable", 0)
    return "" if available >= wanted else f"{available} of {wanted} pods are available"


def _job(cluster: Cluster, live: Object) -> str:
    return "" if _has_condition(live, "Complete") else f"the Job has not completed{_condition_messages(live)}"


def _pod(cluster: Cluster, live: Object) -> str:
    return (
        ""
        if _has_condition(live, "Ready") or live.get("status", {}).get("phase") == "Succeeded"
        else _condition_messages(live) or "not ready"
    )


def _service(cluster: Cluster, live: Object) -> str:
    spec = live["spec"]
    if spec.get("type") == "LoadBalancer" and not live.get("status", {}).get("loadBalancer", {}).get("ingress"):
        return "Service was not allocated an IP address; does your cloud provider support this?"
    if spec.get("type") == "ExternalName" or spec.get("clusterIP") == "None" or not spec.get("selector"):
        return ""
    key = Key.of(live)
    for item in cluster.list_objects(_DISCOVERY, "EndpointSlice", key.namespace):
        if item["metadata"].get("labels", {}).get(_SERVICE_LABEL) == key.name and any(
            endpoint.get("conditions", {}).get("ready") for endpoint in item.get("endpoints") or ()
        ):
            return ""
    return (
        "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match "
        "labels on any Pods"
    )


def _claim(cluster: Cluster, live: Object) -> str:
    if live.get("status", {}).get("phase") == "Bound":
        return ""
    name = live["spec"].get("storageClassName")
    storage_class = cluster.get(Key("storage.k8s.io/v1", "StorageClass", "", name)) if name else None
    waits = (storage_class or {}).get("volumeBindingMode") == "WaitForFirstConsumer"
    return "" if waits else "the claim is not bound"


def _has_condition(live: Object, type: str) -> bool:
    return any(condition["type"] == type and condition["status"] == "True" for condition in _conditions(live))


def _condition_messages(live: Object) -> str:
    """The messages of conditions that are not true."""
    messages = [
        condition.get("message", "")
        for condition in _conditions(live)
        if condition["status"] != "True" and condition.get("message")
    ]
    return f" ({' '.join(messages)})" if messages else ""


def _conditions(live: Object) -> list[dict[str, Any]]:
    return live.get("status", {}).get("conditions") or []


_CHECKS: Final[dict[tuple[str, str], Callable[[Cluster, Object], str]]] = {
    ("", "PersistentVolumeClaim"): _claim,
    ("", "Pod"): _pod,
    ("", "Service"): _service,
    ("apps", "DaemonSet"): _daemon_set,
    ("apps", "Deployment"): _deployment,
    ("apps", "StatefulSet"): _stateful_set,
    ("batch", "Job"): _job,
}
