"""Shared by the tests of the simulated Kubernetes: a directory of clusters, sample objects, a configured provider."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from azure_rehearsal.kubernetes.cluster import ApiError, Object, Reason
from azure_rehearsal.kubernetes.fake.fake_api_server import FakeApiServer
from azure_rehearsal.kubernetes.fake.fake_clusters import FakeClusters
from azure_rehearsal.kubernetes.provider import FakeKubernetesProvider
from azure_rehearsal.protocol.provider import Difference, Resource

CHARTS = Path(__file__).with_name("charts")
SERVER = "https://aks-staging.example:443"
VERSION = "1.36"
MANAGER = "pulumi-kubernetes"


@dataclass(frozen=True)
class Identity:
    creation_id: str
    name: str
    kubernetes_version: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    """Properties of the ManagedCluster; without them, AKS installs no CRDs."""


class Directory:
    """Finds clusters by address, like the simulated Azure."""

    def __init__(self, **clusters: Identity) -> None:
        self.clusters = clusters or {SERVER: Identity("rg/aks#1", "aks", VERSION)}

    def cluster_by_server(self, server_url: str) -> Identity | None:
        return self.clusters.get(server_url)


def fake_api_server(folder: Path) -> FakeApiServer:
    """A new fake API server that stores its objects in `folder`."""
    cluster = FakeClusters.open(folder, Directory()).by_server(SERVER)
    assert cluster is not None
    return cluster


def refusal(cluster: FakeApiServer, item: Object, reason: Reason) -> str:
    """The message with which the API server refuses to create an object."""
    with pytest.raises(ApiError) as refused:
        cluster.create(item, MANAGER)
    assert refused.value.reason is reason
    return refused.value.message


def kubeconfig(server: str = SERVER, **cluster: Any) -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "aks",
            "clusters": [{"name": "aks", "cluster": {"server": server, **cluster}}],
            "contexts": [{"name": "aks", "context": {"cluster": "aks", "user": "me"}}],
            "users": [{"name": "me", "user": {}}],
        }
    )


def configured_provider(clusters: FakeClusters, **settings: Any) -> FakeKubernetesProvider:
    """A configured provider instance."""
    instance = FakeKubernetesProvider(clusters, CHARTS)
    instance.configure({"kubeconfig": kubeconfig(), **settings})
    return instance


def resource(type: str, name: str = "it") -> Resource:
    return Resource(f"urn:pulumi:staging::shop::{type}::{name}", type, name)


NAMESPACE = resource("kubernetes:core/v1:Namespace", "shop")
CONFIG_MAP = resource("kubernetes:core/v1:ConfigMap", "config")
DEPLOYMENT = resource("kubernetes:apps/v1:Deployment", "edge")


def named(api_version: str, kind: str, name: str = "", namespace: str = "", **content: Any) -> Object:
    """A minimal object."""
    metadata = {key: value for key, value in {"name": name, "namespace": namespace}.items() if value}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}


def deployment(name: str = "edge", namespace: str = "default", **spec: Any) -> Object:
    labels = {"app": "edge"}
    pod = {"containers": [{"name": "main", "image": "registry.example/edge:1", "ports": [{"containerPort": 5000}]}]}
    template = {"metadata": {"labels": labels}, "spec": pod}
    content = {"replicas": 2, "selector": {"matchLabels": labels}, "template": template, **spec}
    return named("apps/v1", "Deployment", name, namespace, spec=copy.deepcopy(content))


def definition() -> Object:
    """The CustomResourceDefinition of the demo chart: Widgets with a size."""
    return yaml.safe_load((CHARTS / "demo" / "crds" / "widgets.yaml").read_text())


def widget(name: str = "one", namespace: str = "default", **spec: Any) -> Object:
    return named("demo.example/v1", "Widget", name, namespace, spec={"size": 1, **spec})


SEED = b"seed"


def checked(provider: FakeKubernetesProvider, which: Resource, inputs: dict, old: dict | None = None) -> dict[str, Any]:
    """The inputs after a successful check."""
    result, failures = provider.check(which, old or {}, inputs, SEED)
    assert failures == []
    return result


def made(provider: FakeKubernetesProvider, which: Resource, inputs: dict) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """`(id, inputs, outputs)` of a new resource."""
    inputs = checked(provider, which, inputs)
    id, outputs = provider.create(which, inputs, preview=False)
    return id, inputs, outputs


def planned(provider: FakeKubernetesProvider, which: Resource, before: dict, after: dict) -> Difference:
    """The difference between the deployed inputs `before` and the new inputs `after`."""
    id, inputs, outputs = made(provider, which, before)
    return provider.diff(which, id, inputs, outputs, checked(provider, which, after, inputs))
