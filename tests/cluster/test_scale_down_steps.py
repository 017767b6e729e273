"""The steps of a scale-down, with a scripted API server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from azure_rehearsal.kubernetes.cluster import ApiError, Object, Reason
from azure_rehearsal.kubernetes.real import scale_down
from azure_rehearsal.kubernetes.real.nodes import Nodes, template
from azure_rehearsal.kubernetes.real.real_cluster import RealCluster
from azure_rehearsal.kubernetes.real.scale_down import ScaleDown
from azure_rehearsal.kubernetes.real.scale_down_rules import ScaleDownProfile
from tests.cluster.test_real_cluster_units import OWNED, TOLERATED, pod, pool

POOL = pool(min_count=1, max_count=3)


@dataclass
class Cluster:
    """Two nodes with a pod on the first; `actions` lists the calls. It is its own API client and its own `Nodes`."""

    refuses: bool = False
    actions: list[str] = field(default_factory=list)
    pods: list[Object] = field(default_factory=list)
    grace: int = 0

    @property
    def api(self) -> Cluster:
        return self

    def nodes(self) -> list[Object]:
        found = [template(POOL, "1"), template(POOL, "1")]
        for name, node in zip(("first", "second"), found, strict=True):
            node["metadata"]["name"] = name
        return found

    def list_objects(self, api_version: str, kind: str) -> list[Object]:
        return []

    def get(self, path: str, query: dict[str, str]) -> Object:
        wanted = query["fieldSelector"].removeprefix("spec.nodeName=")
        return {"items": [pod for pod in self.pods if pod["spec"]["nodeName"] == wanted]}

    def request(self, method: str, path: str, query: None, body: dict[str, Any]) -> Object:
        self.actions.append(f"{method} {path.rpartition('/')[2]}")
        if self.refuses:
            raise ApiError(Reason.TOO_MANY_REQUESTS, "the budget allows none")
        self.grace = body["deleteOptions"]["gracePeriodSeconds"]
        self.pods[0]["metadata"]["deletionTimestamp"] = "now"
        return {}

    def mark_for_deletion(self, node: Object) -> None:
        self.actions.append(f"cordon {node['metadata']['name']}")

    def unmark_for_deletion(self, node: Object) -> None:
        self.actions.append(f"uncordon {node['metadata']['name']}")

    def remove(self, node: Object) -> None:
        self.actions.append(f"remove {node['metadata']['name']}")

    def run_once(self, scaler: ScaleDown) -> list[str]:
        """The actions of one run."""
        self.actions.clear()
        scaler.run_once([POOL], self.nodes(), self.pods, ())
        return list(self.actions)


def made(monkeypatch: pytest.MonkeyPatch, refuses: bool = False, **metadata: Any) -> tuple[Cluster, ScaleDown]:
    monkeypatch.setattr(scale_down, "UNNEEDED_SECONDS", 0)
    item = pod(spec={**TOLERATED, "nodeName": "first", "terminationGracePeriodSeconds": 3600})
    item["metadata"] |= {"namespace": "default", "uid": "1", **OWNED, **metadata}
    staying = pod("3", {**TOLERATED, "nodeName": "second"})
    staying["metadata"] |= {"name": "staying", "namespace": "default", "uid": "2", **OWNED}
    cluster = Cluster(refuses, pods=[item, staying])
    scaler = ScaleDown(cast("RealCluster", cluster), cast("Nodes", cluster), ScaleDownProfile)
    return cluster, scaler


def test_a_node_is_cordoned_drained_and_removed_after_its_last_pod(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster, scaler = made(monkeypatch)
    cluster.pods[0]["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "100m"
    assert cluster.run_once(scaler) == ["cordon first", "POST eviction"]
    assert cluster.grace == 600, "the grace period exceeds the profile's maximum"
    assert cluster.run_once(scaler) == [], "the pod has not terminated"
    del cluster.pods[0]
    assert cluster.run_once(scaler) == ["remove first"]


def test_a_drain_is_canceled_when_evictions_are_refused_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster, scaler = made(monkeypatch, refuses=True)
    cluster.pods[0]["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "100m"
    assert cluster.run_once(scaler) == ["cordon first", "POST eviction"]
    assert cluster.run_once(scaler) == ["POST eviction"], "evictions are retried"
    monkeypatch.setattr(scale_down, "EVICTION_SECONDS", 0)
    assert cluster.run_once(scaler)[:2] == ["POST eviction", "uncordon first"]


def test_a_node_remains_when_its_pods_do_not_fit_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster, scaler = made(monkeypatch)
    assert cluster.run_once(scaler) == [], "two pods with 1 and 3 CPUs do not fit on a node with 3.86"
    assert scaler.reasons["first"] == "no other node has room for default/pod"


def test_a_pool_never_shrinks_below_its_minimum(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster, scaler = made(monkeypatch)
    cluster.pods.clear()
    assert cluster.run_once(scaler) == ["cordon first", "remove first"], "one of two empty nodes is removed"
