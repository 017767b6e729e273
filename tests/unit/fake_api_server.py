"""A fake Kubernetes API over HTTP: lists of objects, and metrics of pods through its proxy."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.unit.loopback import served

Object = dict[str, Any]
LISTS = {
    "/apis/apps/v1/deployments": ("apps/v1", "DeploymentList", "deployments"),
    "/api/v1/pods": ("v1", "PodList", "pods"),
    "/api/v1/nodes": ("v1", "NodeList", "nodes"),
}


@dataclass
class FakeApiServer:
    """The objects of a cluster. `metrics` has keys `<namespace>/<pod>:<port>`; `refuses` is the status of responses."""

    url: str = ""
    deployments: list[Object] = field(default_factory=list)
    pods: list[Object] = field(default_factory=list)
    nodes: list[Object] = field(default_factory=list)
    metrics: dict[str, str] = field(default_factory=dict)
    refuses: int = 0
    requests: list[str] = field(default_factory=list)

    @property
    def kubeconfig(self) -> Object:
        return kubeconfig(self.url)

    def answer(self, path: str, selector: str) -> tuple[int, str, str]:
        """Status, content type and body."""
        self.requests.append(path)
        if self.refuses:
            return self.refuses, "application/json", json.dumps({"kind": "Status", "code": self.refuses})
        if path in LISTS:
            version, kind, which = LISTS[path]
            items = [item for item in getattr(self, which) if _selected(item, selector)]
            return 200, "application/json", json.dumps({"apiVersion": version, "kind": kind, "items": items})
        parts = path.split("/")
        if len(parts) == 9 and parts[7:] == ["proxy", "metrics"]:
            text = self.metrics.get(f"{parts[4]}/{parts[6]}")
            return (200, "text/plain", text) if text is not None else (503, "text/plain", "no answer")
        return 404, "text/plain", f"unexpected: {path}"


def _selected(item: Object, selector: str) -> bool:
    key, _, value = selector.partition("=")
    labels = item["metadata"].get("labels", {})
    return not selector or (labels.get(key) == value if value else key in labels)


def kubeconfig(url: str) -> Object:
    """A kubeconfig for a cluster without authentication."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "fake", "cluster": {"server": url}}],
        "users": [{"name": "fake", "user": {}}],
        "contexts": [{"name": "fake", "context": {"cluster": "fake", "user": "fake"}}],
        "current-context": "fake",
    }


@contextmanager
def api_server(server: FakeApiServer) -> Generator[FakeApiServer]:
    """Serves the API on loopback while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            selector = parse_qs(url.query).get("labelSelector", [""])[0]
            status, kind, body = server.answer(unquote(url.path), selector)
            data = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Suppresses the log."""

    with served(Handler) as server.url:
        yield server


def labels(workload: str) -> dict[str, str]:
    return {
        "app.kubernetes.io/name": workload,
        "app.kubernetes.io/instance": workload,
        "app.kubernetes.io/part-of": "voice-platform",
    }


def deployment(workload: str, namespace: str, desired: int, **status: int) -> Object:
    """A Deployment that its controller has observed, unless `observedGeneration` differs."""
    own = labels(workload)
    selector = {key: own[key] for key in ("app.kubernetes.io/name", "app.kubernetes.io/instance")}
    full = {"updatedReplicas": desired, "readyReplicas": desired, "availableReplicas": desired}
    return {
        "metadata": {"name": workload, "namespace": namespace, "labels": own, "generation": 3},
        "spec": {
            "replicas": desired,
            "selector": {"matchLabels": selector},
            "template": {"spec": {"containers": []}},
        },
        "status": {**full, "observedGeneration": 3, **status},
    }


def pod(workload: str, namespace: str, name: str, **more: Any) -> Object:
    """A ready pod. `stops` is its deletion time; `scheduled=False` means that no node has room for it."""
    scheduled = more.get("scheduled", True)
    conditions = [("PodScheduled", scheduled), ("Ready", scheduled and more.get("ready", True))]
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": labels(workload),
            **({"deletionTimestamp": more["stops"]} if "stops" in more else {}),
        },
        "spec": {"containers": [], **({"nodeName": more.get("node", "node-1")} if scheduled else {})},
        "status": {
            "phase": "Running" if scheduled else "Pending",
            "conditions": [{"type": kind, "status": str(value)} for kind, value in conditions],
        },
    }


def node(name: str, pool: str, generation: str, taints: Mapping[str, str] | None = None) -> Object:
    return {
        "metadata": {
            "name": name,
            "labels": {"voice.platform/pool": pool, "voice.platform/generation": generation},
        },
        "spec": {"taints": [{"key": key, "value": "true", "effect": effect} for key, effect in (taints or {}).items()]},
        "status": {},
    }
