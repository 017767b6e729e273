"""How a node is emptied, step by step, before an API server whose answers are written down here."""

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
    """Two nodes, a pod on the first; `done` is what was asked for. It is its own API server, and its own `Nodes`."""

    refuses: bool = False
    done: list[str] = field(default_factory=list)
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
        self.done.append(f"{method} {path.rpartition('/')[2]}")
        if self.refuses:
            raise ApiError(Reason.TOO_MANY_REQUESTS, "the budget allows none")
        self.grace = body["deleteOptions"]["gracePeriodSeconds"]
        self.pods[0]["metadata"]["deletionTimestamp"] = "now"
        return {}

    def mark_for_deletion(self, node: Object) -> None:
        self.done.append(f"close {node['metadata']['name']}")

    def unmark_for_deletion(self, node: Object) -> None:
        self.done.append(f"open {node['metadata']['name']}")

    def remove(self, node: Object) -> None:
        self.done.append(f"remove {node['metadata']['name']}")

    def look(self, scaling: ScaleDown) -> list[str]:
        """What is done in one look."""
        self.done.clear()
        scaling.run_once([POOL], self.nodes(), self.pods, ())
        return list(self.done)


def made(monkeypatch: pytest.MonkeyPatch, refuses: bool = False, **metadata: Any) -> tuple[Cluster, ScaleDown]:
    monkeypatch.setattr(scale_down, "UNNEEDED_SECONDS", 0)
    item = pod(spec={**TOLERATED, "nodeName": "first", "terminationGracePeriodSeconds": 3600})
    item["metadata"] |= {"namespace": "default", "uid": "1", **OWNED, **metadata}
    staying = pod("3", {**TOLERATED, "nodeName": "second"})
    staying["metadata"] |= {"name": "staying", "namespace": "default", "uid": "2", **OWNED}
    cluster = Cluster(refuses, pods=[item, staying])
    scaling = ScaleDown(cast("RealCluster", cluster), cast("Nodes", cluster), ScaleDownProfile)
    return cluster, scaling


def test_a_node_is_closed_emptied_and_removed_when_its_last_pod_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster, scaling = made(monkeypatch)
    cluster.pods[0]["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "100m"
    assert cluster.look(scaling) == ["close first", "POST eviction"]
    assert cluster.grace == 600, "no pod gets more than the profile's most"
    assert cluster.look(scaling) == [], "the pod has not ended"
    del cluster.pods[0]
    assert cluster.look(scaling) == ["remove first"]


def test_a_node_is_given_back_when_evictions_are_refused_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster, scaling = made(monkeypatch, refuses=True)
    cluster.pods[0]["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "100m"
    assert cluster.look(scaling) == ["close first", "POST eviction"]
    assert cluster.look(scaling) == ["POST eviction"], "it is tried again"
    monkeypatch.setattr(scale_down, "EVICTION_SECONDS", 0)
    assert cluster.look(scaling)[:2] == ["POST eviction", "open first"]


def test_a_node_whose_pods_find_no_place_elsewhere_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster, scaling = made(monkeypatch)
    assert cluster.look(scaling) == [], "two pods of 1 and 3 CPUs do not share a node that offers 3.86"
    assert scaling.reasons["first"] == "no other node takes default/pod"


def test_a_pool_is_never_below_its_minimum(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster, scaling = made(monkeypatch)
    cluster.pods.clear()
    assert cluster.look(scaling) == ["close first", "remove first"], "one of two empty nodes goes"
