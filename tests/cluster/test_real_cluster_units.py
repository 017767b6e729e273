"""Units of the real Kubernetes that need no cluster."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import urllib3
from typer.testing import CliRunner

from azure_rehearsal.cli.commands import application
from azure_rehearsal.cli.invocation import Wiring
from azure_rehearsal.engine.cluster_choice import FOLDERS, ClusterChoice, choose, chosen
from azure_rehearsal.engine.go_tool import CACHE_VARIABLE
from azure_rehearsal.errors import UsageError
from azure_rehearsal.kubernetes.canonicalization import is_equivalent
from azure_rehearsal.kubernetes.cluster import ApiError, Key, Object, Reason
from azure_rehearsal.kubernetes.crd_catalog import crd_outlines
from azure_rehearsal.kubernetes.quantities import amount
from azure_rehearsal.kubernetes.real import programs
from azure_rehearsal.kubernetes.real.agent_pools import Pool
from azure_rehearsal.kubernetes.real.api_client import ApiClient, refusal
from azure_rehearsal.kubernetes.real.certificates import KeyPair
from azure_rehearsal.kubernetes.real.crds import for_api_server
from azure_rehearsal.kubernetes.real.managed_fields import applied_by
from azure_rehearsal.kubernetes.real.nodes import template
from azure_rehearsal.kubernetes.real.processes import Processes, ProcessHandle
from azure_rehearsal.kubernetes.real.scale_down_rules import (
    SAFE_TO_EVICT,
    ScaleDownProfile,
    blocking_reason,
    utilization,
)
from azure_rehearsal.kubernetes.real.scheduling_predicates import fits, requests


def pool(**changes: Any) -> Pool:
    fields: dict[str, Any] = {
        "name": "livekita",
        "vm_size": "Standard_D4s_v5",
        "mode": "User",
        "location": "westeurope",
        "node_resource_group": "MC_group",
        "zones": ("1",),
        "labels": {"voice.platform/pool": "livekit"},
        "taints": ("voice.platform/dedicated=livekit:NoSchedule",),
        "is_spot": False,
        "is_autoscaled": True,
        "is_balanced": True,
        "min_count": 1,
        "max_count": 2,
        "max_pods": 250,
        "disk_gib": 64,
        "public_prefix": "198.18.0.0/28",
        "subnet": "10.10.1.0/24",
    }
    return Pool(**{**fields, **changes})


def pod(cpu: str = "1", spec: Object | None = None) -> Object:
    container = {"name": "main", "resources": {"requests": {"cpu": cpu, "memory": "1Gi"}}}
    return {
        "metadata": {"name": "pod", "labels": {"app": "livekit"}},
        "spec": {"containers": [container], **(spec or {})},
    }


TOLERATED: Object = {"tolerations": [{"key": "voice.platform/dedicated", "value": "livekit", "effect": "NoSchedule"}]}


def test_allocatable_is_the_size_minus_reservations() -> None:
    # 4 CPUs minus 140m; 16 GiB minus a quarter (4 GiB, smaller than 250 x 20 + 50 MiB) minus 100 MiB.
    assert pool().allocatable == {"cpu": "3860m", "memory": "12188Mi", "pods": "250", "ephemeral-storage": "64Gi"}
    # 110 pods reserve 2,250 MiB, which is less than a quarter.
    assert pool(max_pods=110).allocatable["memory"] == f"{16 * 1024 - 2250 - 100}Mi"


def test_taints_selectors_and_requests_decide_whether_a_pod_fits() -> None:
    node = template(pool(), "1")
    assert node["metadata"]["labels"]["topology.kubernetes.io/zone"] == "westeurope-1"
    assert not fits(pod(), node, ()), "the pod does not tolerate the taint"
    assert fits(pod(spec=TOLERATED), node, ())
    assert not fits(pod("4", TOLERATED), node, ()), "AKS reserves a part of the fourth CPU"
    assert not fits(pod("2", TOLERATED), node, [pod("2", TOLERATED)]), "two pods of 2 CPUs"
    assert not fits(pod(spec={"nodeSelector": {"voice.platform/pool": "sip"}, **TOLERATED}), node, ())


def test_host_ports_and_anti_affinity_keep_pods_apart() -> None:
    node = template(pool(), "1")
    port = pod(spec=TOLERATED)
    port["spec"]["containers"][0]["ports"] = [{"containerPort": 7881, "hostPort": 7881}]
    assert not fits(port, node, [port])
    term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "livekit"}}}
    affinity = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    assert not fits(pod(spec={"affinity": affinity, **TOLERATED}), node, [pod()])


OWNED: Object = {"ownerReferences": [{"kind": "ReplicaSet", "name": "r", "controller": True}]}
SYSTEM: Object = {**OWNED, "namespace": "kube-system"}
SCRATCH: Object = {"volumes": [{"name": "scratch", "emptyDir": {}}]}


def annotated(value: str) -> Object:
    return {**OWNED, "annotations": {SAFE_TO_EVICT: value}}


def budget(allowed: int, namespace: str = "default", app: str = "livekit") -> Object:
    return {
        "metadata": {"name": "budget", "namespace": namespace},
        "spec": {"selector": {"matchLabels": {"app": app}}},
        "status": {"disruptionsAllowed": allowed},
    }


@pytest.mark.parametrize(
    ("metadata", "spec", "budgets", "reason"),
    [
        (OWNED, {}, [], ""),
        ({}, {}, [], "not replicated"),
        ({"ownerReferences": [{"kind": "Node", "name": "n"}]}, {}, [], "not replicated"),
        (annotated("false"), {}, [], "safe-to-evict: false"),
        ({"annotations": {SAFE_TO_EVICT: "true"}}, SCRATCH, [budget(0)], ""),
        (OWNED, SCRATCH, [], "local storage"),
        (OWNED, {"volumes": [{"name": "host", "hostPath": {"path": "/var"}}]}, [], "local storage"),
        (OWNED, {"volumes": [{"name": "memory", "emptyDir": {"medium": "Memory"}}]}, [], ""),
        ({**OWNED, "annotations": {f"{SAFE_TO_EVICT}-local-volumes": "other,scratch"}}, SCRATCH, [], ""),
        (SYSTEM, {}, [], "kube-system"),
        (SYSTEM, {}, [budget(1, "kube-system")], ""),
        (SYSTEM, {}, [budget(1, "kube-system", "another")], "kube-system"),
        (OWNED, {}, [budget(0)], "budget allows no disruption"),
        (OWNED, {}, [budget(1)], ""),
        (OWNED, {}, [budget(0, "another")], ""),
    ],
)
def test_pods_block_scale_down_by_the_rules_of_the_cluster_autoscaler(
    metadata: Object, spec: Object, budgets: list[Object], reason: str
) -> None:
    candidate = pod(spec=spec)
    candidate["metadata"] |= {"namespace": "default", **metadata}
    found = blocking_reason(candidate, budgets, ScaleDownProfile())
    assert found == reason if not reason else reason in found


def test_the_autoscaler_profile_decides_which_pods_block_scale_down() -> None:
    fields = {"skipNodesWithLocalStorage": "false", "skipNodesWithSystemPods": "false"}
    profile = ScaleDownProfile.of({"autoScalerProfile": {**fields, "scaleDownUtilizationThreshold": "0.3"}})
    assert profile.threshold == 0.3
    candidate = pod(spec=SCRATCH)
    candidate["metadata"] |= SYSTEM
    assert blocking_reason(candidate, [], ScaleDownProfile())
    assert blocking_reason(candidate, [], profile) == ""
    assert ScaleDownProfile.of(None) == ScaleDownProfile()


def test_utilization_is_the_larger_share_of_cpu_and_memory() -> None:
    node = template(pool(), "1")
    assert utilization(node, [pod("1"), pod("930m")]) == pytest.approx(0.5)
    assert utilization(node, [pod("0")] * 6) == pytest.approx(6 * 1024 / 12188)


def test_requests_are_the_larger_of_init_and_main_containers() -> None:
    candidate = pod("500m")
    candidate["spec"]["initContainers"] = [{"name": "first", "resources": {"requests": {"cpu": "2"}}}]
    assert requests(candidate) == {"cpu": 2.0, "memory": 2**30}


@pytest.mark.parametrize(("text", "number"), [("250m", 0.25), ("2", 2), ("1Gi", 2**30), ("1k", 1000)])
def test_quantities_are_parsed(text: str, number: float) -> None:
    assert amount(text) == number


def test_applied_fields_are_reconstructed_from_managed_fields() -> None:
    applied = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "edge", "namespace": "voice", "labels": {"app": "edge"}, "finalizers": ["a/b"]},
        "spec": {"ports": [{"port": 5060, "protocol": "UDP", "name": "sip"}], "selector": {"app": "edge"}},
    }
    fields = {
        "f:metadata": {"f:labels": {"f:app": {}}, "f:finalizers": {'v:"a/b"': {}}},
        "f:spec": {
            "f:selector": {},
            "f:ports": {'k:{"port":5060,"protocol":"UDP"}': {".": {}, "f:port": {}, "f:protocol": {}, "f:name": {}}},
        },
    }
    entry = {"manager": "mine", "operation": "Apply", "fieldsV1": fields}
    live = {
        **applied,
        "metadata": {
            **applied["metadata"],
            "labels": {"app": "edge", "other": "1"},
            "finalizers": ["x/y", "a/b"],
            "managedFields": [entry],
        },
        "spec": {
            **applied["spec"],
            "clusterIP": "10.0.0.1",
            "ports": [{"port": 53, "protocol": "UDP"}, {**applied["spec"]["ports"][0], "nodePort": 30000}],
        },
    }
    assert applied_by(live, "mine") == applied
    assert applied_by(live, "another") is None


def test_a_refusal_keeps_the_servers_message_and_the_missing_namespace() -> None:
    status = {
        "reason": "NotFound",
        "message": 'namespaces "x" not found',
        "details": {"name": "x", "kind": "namespaces"},
    }
    error = refusal(404, status)
    assert error.reason is Reason.NOT_FOUND
    assert error.message == 'namespaces "x" not found'
    assert error.missing == Key("v1", "Namespace", "", "x")
    assert refusal(500, {"message": "boom"}).reason is Reason.INTERNAL_ERROR


@pytest.mark.parametrize(("headers", "requests_sent"), [({"Retry-After": "1"}, 2), ({}, 1)])
def test_requests_are_retried_only_with_retry_after(headers: dict[str, str], requests_sent: int) -> None:
    pair = KeyPair(Path("certificate"), Path("key"))
    answers = [
        urllib3.HTTPResponse(b'{"reason": "TooManyRequests", "message": "later"}', status=429, headers=headers),
        urllib3.HTTPResponse(b"{}", status=200),
    ]
    with patch.object(urllib3.HTTPSConnectionPool, "request", side_effect=answers) as request:
        server = ApiClient("localhost", 1, Path("authority"), pair)
        if requests_sent == 1:
            with pytest.raises(ApiError, match="later"):
                server.request("POST", "/eviction")
        else:
            assert server.request("GET", "/api") == {}
    assert request.call_count == requests_sent


def test_catalog_crds_get_schemas_status_and_approval() -> None:
    gateway = next(item for item in crd_outlines("gateway-api") if item["spec"]["names"]["kind"] == "Gateway")
    full = for_api_server(gateway)
    assert "api-approved.kubernetes.io" in full["metadata"]["annotations"]
    version = next(item for item in full["spec"]["versions"] if item["storage"])
    assert version["subresources"]["status"] == {}
    assert "listeners" in version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]


def test_canonical_values_are_equivalent() -> None:
    wanted = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "spec": {"hard": {"pods": "1000", "requests.cpu": "16"}, "scopes": []},
    }
    live = {**wanted, "spec": {"hard": {"pods": "1k", "requests.cpu": "17"}}}
    assert is_equivalent(wanted, live, ("spec", "hard", "pods"))
    assert is_equivalent(wanted, live, ("spec", "scopes"))
    assert not is_equivalent(wanted, live, ("spec", "hard", "requests.cpu"))
    custom = {**wanted, "apiVersion": "example.com/v1"}
    assert not is_equivalent(custom, live, ("spec", "hard", "pods")), "custom resources are compared literally"


def test_the_kind_of_cluster_cannot_change_after_a_deployment(tmp_path: Path) -> None:
    assert chosen(tmp_path) is ClusterChoice.RECORDED
    choose(tmp_path, ClusterChoice.REAL)
    assert chosen(tmp_path) is ClusterChoice.REAL
    (tmp_path / FOLDERS[ClusterChoice.REAL] / "one").mkdir(parents=True)
    with pytest.raises(UsageError, match="has real clusters"):
        choose(tmp_path, ClusterChoice.RECORDED)


def test_a_chaos_run_on_a_real_cluster_is_refused_with_an_alternative() -> None:
    refused = CliRunner().invoke(application(Wiring()), ["faults", "--cluster", "real"])
    assert refused.exit_code == 2
    assert "runs on recorded clusters" in refused.output
    assert "--kill-after" in refused.output


def test_a_missing_go_is_reported_with_an_alternative(tmp_path: Path) -> None:
    nothing = {"PATH": str(tmp_path), CACHE_VARIABLE: str(tmp_path / "cache")}
    with pytest.raises(UsageError, match=r"Install Go .*a fake API server, needs no program"):
        programs.built(nothing)


def test_only_processes_of_dead_owners_are_stopped(tmp_path: Path) -> None:
    mine, lost = Processes(tmp_path / "notes"), Processes(tmp_path / "notes")
    lost._owner = ProcessHandle(1, "not the start time of process 1")  # noqa: SLF001
    kept = mine.start("kept", ["sleep", "60"], os.environ, tmp_path / "log")
    left = lost.start("left", ["sleep", "60"], os.environ, tmp_path / "log")
    try:
        assert [text.partition(" ")[0] for text in mine.stop_orphans()] == ["sleep"]
        assert not left.is_alive
        assert kept.is_alive
    finally:
        mine.stop_all()
        lost.stop_all()
    assert not kept.is_alive
