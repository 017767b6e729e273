"""Questions to a live cluster, and things done to it."""

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
from azure_rehearsal.kubernetes.real.api_server import MERGE
from azure_rehearsal.kubernetes.real.real_cluster import RealCluster
from azure_rehearsal.kubernetes.real.real_clusters import LiveCluster, RealClusters

POOL: Final = "voice.platform/pool"
CALL_IS_UP: Final = "rehearsal.voice.platform/call-is-up"
MEDIA: Final = {"livekit": "livekit", "freeswitch": "sip", "livekit-sip": "sip"}
"""The workloads that carry media, and the pool of each."""
WITH_CALLS: Final = {**dict.fromkeys(MEDIA, "voice-media"), "sip-edge": "voice-edge", "voice-agent": "voice-agents"}
"""The workloads that calls hang on, and the namespace of each."""
SECONDS: Final = 90


def the_cluster(world: Backends) -> LiveCluster:
    """The only cluster of a world."""
    clusters = world.real_clusters
    assert isinstance(clusters, RealClusters), "the world has no real clusters"
    return clusters.of(*clusters_of(world))


def clusters_of(world: Backends) -> list[Record]:
    return world.cloud.of_type(CLUSTER)


def eventually(holds: Callable[[], object], seconds: float = SECONDS, what: str = "it") -> None:
    """Waits until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"after {seconds} s {what} still does not hold"
        time.sleep(0.2)


def pods(cluster: RealCluster, namespace: str | None = None) -> list[Object]:
    """The pods that are not on their way out."""
    found = cluster.list_objects("v1", "Pod", namespace)
    return [pod for pod in found if not pod["metadata"].get("deletionTimestamp")]


def nodes(cluster: RealCluster) -> dict[str, Object]:
    return {node["metadata"]["name"]: node for node in cluster.list_objects("v1", "Node")}


def pool(node: Object) -> str:
    """Our own name of a node's pool; empty for the system pool."""
    return node["metadata"]["labels"].get(POOL, "")


def workload(pod: Object) -> str:
    """Namespace and name of what a pod belongs to."""
    owner = next(iter(pod["metadata"].get("ownerReferences") or ()), {"kind": "Pod", "name": pod["metadata"]["name"]})
    name = owner["name"].rpartition("-")[0] if owner["kind"] == "ReplicaSet" else owner["name"]
    return f"{pod['metadata']['namespace']}/{name}"


def is_daemon(pod: Object) -> bool:
    return any(owner["kind"] == "DaemonSet" for owner in pod["metadata"].get("ownerReferences") or ())


def is_ready(pod: Object) -> bool:
    said = pod.get("status", {}).get("conditions") or ()
    return any(entry["type"] == "Ready" and entry["status"] == "True" for entry in said)


def pods_of(cluster: RealCluster, name: str) -> list[Object]:
    """The pods of a workload that calls hang on."""
    namespace = WITH_CALLS[name]
    return [pod for pod in pods(cluster, namespace) if workload(pod) == f"{namespace}/{name}"]


def small_pod(name: str, namespace: str, node: str, **metadata: object) -> Object:
    """A pod for one node that asks for next to nothing, as every namespace of the platform admits it. It tolerates what
    the node's pool wants of its own pods."""
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


def why_not_placed(cluster: RealCluster, item: Object) -> str:
    """What the scheduler says against a pod, which is made for this question alone; empty where it finds a node."""
    key = Key.of(item)

    def answer() -> str | None:
        pod = cluster.get(key) or item
        if pod["spec"].get("nodeName"):
            return ""
        said = pod.get("status", {}).get("conditions") or ()
        return next((entry["message"] for entry in said if entry.get("reason") == "Unschedulable"), None)

    cluster.create(item, "test")
    try:
        eventually(lambda: answer() is not None, what=f"an answer of the scheduler about {key}")
        return answer() or ""
    finally:
        cluster.delete(key)


def scale(cluster: RealCluster, name: str, replicas: int) -> None:
    """Has a workload have so many pods, as KEDA does."""
    path = f"/apis/apps/v1/namespaces/{WITH_CALLS[name]}/deployments/{name}/scale"
    cluster.server.request("PATCH", path, {"fieldManager": "keda"}, {"spec": {"replicas": replicas}}, MERGE)


def mark_call(cluster: RealCluster, pod: Object, is_up: bool) -> None:
    """Begins or ends a call on a pod: with one it does not end before the call does."""
    metadata = pod["metadata"]
    path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
    patch = {"metadata": {"annotations": {CALL_IS_UP: "true" if is_up else None}}}
    cluster.server.request("PATCH", path, None, patch, MERGE)


def close(cluster: RealCluster, names: Iterable[str], is_closed: bool) -> None:
    """Closes nodes for new pods, as `kubectl cordon` does, or opens them again."""
    for name in names:
        patch = {"spec": {"unschedulable": is_closed or None}}
        cluster.server.request("PATCH", f"/api/v1/nodes/{name}", None, patch, MERGE)


def evict(cluster: RealCluster, pod: Object) -> ApiError | None:
    """Evicts a pod through the eviction API, as a drain does; what speaks against it."""
    metadata = pod["metadata"]
    path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}/eviction"
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": metadata["name"]}}
    try:
        cluster.server.request("POST", path, None, body)
    except ApiError as error:
        return error
    return None


def exists(cluster: RealCluster, item: Object) -> bool:
    live = cluster.get(Key("v1", item.get("kind", "Pod"), item["metadata"]["namespace"], item["metadata"]["name"]))
    return live is not None and live["metadata"]["uid"] == item["metadata"]["uid"]


@contextmanager
def slow_webhook(cluster: RealCluster, namespace: str) -> Generator[None]:
    """A webhook for the config maps of a namespace at an address of RFC 5737, where nobody ever answers."""
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
        eventually(is_refused, what="the webhook in force")
        yield
    finally:
        cluster.delete(Key.of(hook))
        eventually(lambda: not is_refused(), what="the webhook gone")


def running(marker: str) -> list[str]:
    """Command lines of living processes that have `marker` in them."""
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "args="], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if marker in line]
