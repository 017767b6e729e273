"""Queries and changes of a running cluster."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import Final

from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.services.network.common import CLUSTER
from azure_rehearsal.engine.backends import Backends
from azure_rehearsal.kubernetes.cluster import ApiError, Key, Object
from azure_rehearsal.kubernetes.real.api_client import MERGE
from azure_rehearsal.kubernetes.real.real_cluster import RealCluster
from azure_rehearsal.kubernetes.real.real_clusters import RealClusters, RunningCluster
from model.workloads import CALL_WORKLOADS
from model.workloads.sip_edge import WORKLOAD as SIP_EDGE

POOL: Final = "voice.platform/pool"
CALL_IS_UP: Final = "azure-rehearsal/call-is-up"
MEDIA_POOLS: Final = {known.name: known.pool.name for known in CALL_WORKLOADS if known.pool.media}
"""The workloads that carry media, with their pools."""
CALL_NAMESPACES: Final = {known.name: known.namespace.name for known in (*CALL_WORKLOADS, SIP_EDGE)}
"""The workloads that calls need, with their namespaces."""
SECONDS: Final = 90


def only_cluster(world: Backends) -> RunningCluster:
    """The only cluster of a world."""
    clusters = world.real_clusters
    assert isinstance(clusters, RealClusters), "the world has no real clusters"
    return clusters.of(*clusters_of(world))


def clusters_of(world: Backends) -> list[Record]:
    return world.cloud.of_type(CLUSTER)


def wait_until(condition: Callable[[], object], seconds: float = SECONDS, description: str = "the condition") -> None:
    """Waits until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"timed out after {seconds} s waiting for {description}"
        time.sleep(0.2)


def pods(cluster: RealCluster, namespace: str | None = None) -> list[Object]:
    """The pods that are not being deleted."""
    found = cluster.list_objects("v1", "Pod", namespace)
    return [pod for pod in found if not pod["metadata"].get("deletionTimestamp")]


def nodes(cluster: RealCluster) -> dict[str, Object]:
    return {node["metadata"]["name"]: node for node in cluster.list_objects("v1", "Node")}


def pool(node: Object) -> str:
    """Our name of a node's pool; empty for the system pool."""
    return node["metadata"]["labels"].get(POOL, "")


def workload(pod: Object) -> str:
    """The namespace and name of a pod's workload."""
    owner = next(iter(pod["metadata"].get("ownerReferences") or ()), {"kind": "Pod", "name": pod["metadata"]["name"]})
    name = owner["name"].rpartition("-")[0] if owner["kind"] == "ReplicaSet" else owner["name"]
    return f"{pod['metadata']['namespace']}/{name}"


def is_daemon(pod: Object) -> bool:
    return any(owner["kind"] == "DaemonSet" for owner in pod["metadata"].get("ownerReferences") or ())


def is_ready(pod: Object) -> bool:
    conditions = pod.get("status", {}).get("conditions") or ()
    return any(entry["type"] == "Ready" and entry["status"] == "True" for entry in conditions)


def pods_of(cluster: RealCluster, name: str) -> list[Object]:
    """The pods of a workload that carries calls."""
    namespace = CALL_NAMESPACES[name]
    return [pod for pod in pods(cluster, namespace) if workload(pod) == f"{namespace}/{name}"]


def small_pod(name: str, namespace: str, node: str, **metadata: object) -> Object:
    """A pod with minimal requests for one node, which every namespace of the platform admits.

    It tolerates none of the node's taints.
    """
    container = {
        "name": "c",
        "image": "example.com/c:1",
        "resources": {key: {"cpu": "10m", "memory": "16Mi"} for key in ("requests", "limits")},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, **metadata},
        "spec": {
            "nodeSelector": {"kubernetes.io/hostname": node},
            "tolerations": [],
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [container],
        },
    }


def scheduling_failure(cluster: RealCluster, item: Object) -> str:
    """Why the scheduler finds no node for a pod; empty when it does. Creates the pod temporarily."""
    key = Key.of(item)

    def decision() -> str | None:
        pod = cluster.get(key) or item
        if pod["spec"].get("nodeName"):
            return ""
        conditions = pod.get("status", {}).get("conditions") or ()
        return next((entry["message"] for entry in conditions if entry.get("reason") == "Unschedulable"), None)

    cluster.create(item, "test")
    try:
        wait_until(lambda: decision() is not None, description=f"the scheduler's decision about {key}")
        return decision() or ""
    finally:
        cluster.delete(key)


def scale(cluster: RealCluster, name: str, replicas: int) -> None:
    """Sets the number of pods of a workload, as KEDA does."""
    path = f"/apis/apps/v1/namespaces/{CALL_NAMESPACES[name]}/deployments/{name}/scale"
    cluster.api.request("PATCH", path, {"fieldManager": "keda"}, {"spec": {"replicas": replicas}}, MERGE)


def set_call(cluster: RealCluster, pod: Object, is_up: bool) -> None:
    """Starts or ends a call on a pod, which does not terminate during a call."""
    metadata = pod["metadata"]
    path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
    patch = {"metadata": {"annotations": {CALL_IS_UP: "true" if is_up else None}}}
    cluster.api.request("PATCH", path, None, patch, MERGE)


def set_cordoned(cluster: RealCluster, names: Iterable[str], cordoned: bool) -> None:
    """Cordons or uncordons nodes."""
    for name in names:
        patch = {"spec": {"unschedulable": cordoned or None}}
        cluster.api.request("PATCH", f"/api/v1/nodes/{name}", None, patch, MERGE)


def evict(cluster: RealCluster, pod: Object) -> ApiError | None:
    """Evicts a pod through the eviction API, as a drain does; returns the refusal, if any."""
    metadata = pod["metadata"]
    path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}/eviction"
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": metadata["name"]}}
    try:
        cluster.api.request("POST", path, None, body)
    except ApiError as error:
        return error
    return None


def exists(cluster: RealCluster, item: Object) -> bool:
    live = cluster.get(Key("v1", item.get("kind", "Pod"), item["metadata"]["namespace"], item["metadata"]["name"]))
    return live is not None and live["metadata"]["uid"] == item["metadata"]["uid"]


@contextmanager
def slow_webhook(cluster: RealCluster, namespace: str) -> Generator[None]:
    """A webhook for the ConfigMaps of a namespace at an RFC 5737 address, which never answers."""
    hook = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "slow"},
        "webhooks": [
            {
                "name": "slow.example.com",
                "clientConfig": {"url": "https://192.0.2.1:443/"},
                "timeoutSeconds": 1,
                "failurePolicy": "Fail",
                "sideEffects": "None",
                "admissionReviewVersions": ["v1"],
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
                "rules": [
                    {
                        "apiGroups": [""],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE", "UPDATE"],
                        "resources": ["configmaps"],
                    }
                ],
            }
        ],
    }
    cluster.create(hook, "test")
    probe = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "probe", "namespace": namespace}}

    def is_refused() -> bool:
        try:
            cluster.apply(probe, "test", dry_run=True)
        except ApiError:
            return True
        return False

    try:
        wait_until(is_refused, description="the webhook")
        yield
    finally:
        cluster.delete(Key.of(hook))
        wait_until(lambda: not is_refused(), description="the removal of the webhook")


def commands_with(marker: str) -> list[str]:
    """Command lines of running processes that contain `marker`."""
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "args="], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if marker in line]
