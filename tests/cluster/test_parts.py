"""The parts of a real cluster that need none to be tested."""

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
from azure_rehearsal.kubernetes.cluster import ApiError, Key, Object, Reason
from azure_rehearsal.kubernetes.known_definitions import outlines
from azure_rehearsal.kubernetes.normal_forms import is_normal_form
from azure_rehearsal.kubernetes.quantities import amount
from azure_rehearsal.kubernetes.real import programs
from azure_rehearsal.kubernetes.real.api_server import ApiServer, refusal
from azure_rehearsal.kubernetes.real.certificates import KeyPair
from azure_rehearsal.kubernetes.real.definitions import served
from azure_rehearsal.kubernetes.real.drainability import SAFE_TO_EVICT, ScaleDownProfile, obstacle, utilization
from azure_rehearsal.kubernetes.real.fitting import fits, requests
from azure_rehearsal.kubernetes.real.managed_fields import said_by
from azure_rehearsal.kubernetes.real.nodes import template
from azure_rehearsal.kubernetes.real.pools import Pool
from azure_rehearsal.kubernetes.real.processes import Processes, Running


def pool(**changes: Any) -> Pool:
    said: dict[str, Any] = {
        "name": "livekita",
        "vm_size": "Standard_D4s_v5",
        "mode": "User",
        "location": "westeurope",
        "node_group": "MC_group",
        "zones": ("1",),
        "labels": {"voice.platform/pool": "livekit"},
        "taints": ("voice.platform/dedicated=livekit:NoSchedule",),
        "is_spot": False,
        "is_autoscaled": True,
        "is_balanced": True,
        "fewest": 1,
        "most": 2,
        "most_pods": 250,
        "disk_gib": 64,
        "addresses": "198.18.0.0/28",
        "inside": "10.10.1.0/24",
    }
    return Pool(**{**said, **changes})


def pod(cpu: str = "1", spec: Object | None = None) -> Object:
    container = {"name": "main", "resources": {"requests": {"cpu": cpu, "memory": "1Gi"}}}
    return {
        "metadata": {"name": "pod", "labels": {"app": "livekit"}},
        "spec": {"containers": [container], **(spec or {})},
    }


TOLERATED: Object = {"tolerations": [{"key": "voice.platform/dedicated", "value": "livekit", "effect": "NoSchedule"}]}


def test_a_node_offers_what_its_size_has_less_what_aks_keeps() -> None:
    # 4 CPUs less 140m; 16 GiB less a quarter (4 GiB, smaller than 250 x 20 + 50 MiB) less 100 MiB.
    assert pool().allocatable == {"cpu": "3860m", "memory": "12188Mi", "pods": "250", "ephemeral-storage": "64Gi"}
    # 110 pods keep 2,250 MiB, which is less than a quarter.
    assert pool(most_pods=110).allocatable["memory"] == f"{16 * 1024 - 2250 - 100}Mi"


def test_a_pod_fits_where_taints_selectors_and_room_allow() -> None:
    node = template(pool(), "1")
    assert node["metadata"]["labels"]["topology.kubernetes.io/zone"] == "westeurope-1"
    assert not fits(pod(), node, ()), "the taint is not tolerated"
    assert fits(pod(spec=TOLERATED), node, ())
    assert not fits(pod("4", TOLERATED), node, ()), "AKS keeps a part of the fourth CPU"
    assert not fits(pod("2", TOLERATED), node, [pod("2", TOLERATED)]), "two pods of 2 CPUs"
    assert not fits(pod(spec={"nodeSelector": {"voice.platform/pool": "sip"}, **TOLERATED}), node, ())


def test_two_pods_that_take_the_same_port_or_refuse_each_other_share_no_node() -> None:
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


def annotated(said: str) -> Object:
    return {**OWNED, "annotations": {SAFE_TO_EVICT: said}}


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
def test_a_pod_keeps_its_node_by_the_rules_of_the_cluster_autoscaler(
    metadata: Object, spec: Object, budgets: list[Object], reason: str
) -> None:
    asked = pod(spec=spec)
    asked["metadata"] |= {"namespace": "default", **metadata}
    found = obstacle(asked, budgets, ScaleDownProfile())
    assert found == reason if not reason else reason in found


def test_what_the_cluster_says_of_its_autoscaler_decides_which_pods_keep_a_node() -> None:
    said = {"skipNodesWithLocalStorage": "false", "skipNodesWithSystemPods": "false"}
    profile = ScaleDownProfile.of({"autoScalerProfile": {**said, "scaleDownUtilizationThreshold": "0.3"}})
    assert profile.threshold == 0.3
    asked = pod(spec=SCRATCH)
    asked["metadata"] |= SYSTEM
    assert obstacle(asked, [], ScaleDownProfile())
    assert obstacle(asked, [], profile) == ""
    assert ScaleDownProfile.of(None) == ScaleDownProfile()


def test_a_node_is_used_by_the_larger_share_of_cpu_and_memory() -> None:
    node = template(pool(), "1")
    assert utilization(node, [pod("1"), pod("930m")]) == pytest.approx(0.5)
    assert utilization(node, [pod("0")] * 6) == pytest.approx(6 * 1024 / 12188)


def test_a_pod_asks_for_the_larger_of_its_first_container_and_the_others_together() -> None:
    asked = pod("500m")
    asked["spec"]["initContainers"] = [{"name": "first", "resources": {"requests": {"cpu": "2"}}}]
    assert requests(asked) == {"cpu": 2.0, "memory": 2**30}


@pytest.mark.parametrize(("text", "number"), [("250m", 0.25), ("2", 2), ("1Gi", 2**30), ("1k", 1000)])
def test_quantities_are_read(text: str, number: float) -> None:
    assert amount(text) == number


def test_what_a_manager_said_is_read_back_from_managed_fields() -> None:
    said = {
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
        **said,
        "metadata": {
            **said["metadata"],
            "labels": {"app": "edge", "other": "1"},
            "finalizers": ["x/y", "a/b"],
            "managedFields": [entry],
        },
        "spec": {
            **said["spec"],
            "clusterIP": "10.0.0.1",
            "ports": [{"port": 53, "protocol": "UDP"}, {**said["spec"]["ports"][0], "nodePort": 30000}],
        },
    }
    assert said_by(live, "mine") == said
    assert said_by(live, "another") is None


def test_a_refusal_keeps_the_words_of_the_api_server_and_names_a_missing_namespace() -> None:
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


@pytest.mark.parametrize(("headers", "asked"), [({"Retry-After": "1"}, 2), ({}, 1)])
def test_what_a_server_asks_to_try_again_is_tried_again_and_a_refused_eviction_is_not(
    headers: dict[str, str], asked: int
) -> None:
    pair = KeyPair(Path("certificate"), Path("key"))
    answers = [
        urllib3.HTTPResponse(b'{"reason": "TooManyRequests", "message": "later"}', status=429, headers=headers),
        urllib3.HTTPResponse(b"{}", status=200),
    ]
    with patch.object(urllib3.HTTPSConnectionPool, "request", side_effect=answers) as request:
        server = ApiServer("localhost", 1, Path("authority"), pair)
        if asked == 1:
            with pytest.raises(ApiError, match="later"):
                server.request("POST", "/eviction")
        else:
            assert server.request("GET", "/api") == {}
    assert request.call_count == asked


def test_known_definitions_get_their_schemas_their_status_and_their_approval() -> None:
    gateway = next(item for item in outlines("gateway-api") if item["spec"]["names"]["kind"] == "Gateway")
    full = served(gateway)
    assert "api-approved.kubernetes.io" in full["metadata"]["annotations"]
    version = next(item for item in full["spec"]["versions"] if item["storage"])
    assert version["subresources"]["status"] == {}
    assert "listeners" in version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]


def test_what_the_api_server_writes_in_another_way_is_no_change() -> None:
    wanted = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "spec": {"hard": {"pods": "1000", "requests.cpu": "16"}, "scopes": []},
    }
    live = {**wanted, "spec": {"hard": {"pods": "1k", "requests.cpu": "17"}}}
    assert is_normal_form(wanted, live, ("spec", "hard", "pods"))
    assert is_normal_form(wanted, live, ("spec", "scopes"))
    assert not is_normal_form(wanted, live, ("spec", "hard", "requests.cpu"))
    custom = {**wanted, "apiVersion": "example.com/v1"}
    assert not is_normal_form(custom, live, ("spec", "hard", "pods")), "the provider knows no types of others"


def test_a_world_keeps_the_clusters_it_began_with(tmp_path: Path) -> None:
    assert chosen(tmp_path) is ClusterChoice.RECORDED
    choose(tmp_path, ClusterChoice.REAL)
    assert chosen(tmp_path) is ClusterChoice.REAL
    (tmp_path / FOLDERS[ClusterChoice.REAL] / "one").mkdir(parents=True)
    with pytest.raises(UsageError, match="has real clusters"):
        choose(tmp_path, ClusterChoice.RECORDED)


def test_a_campaign_of_faults_on_a_real_cluster_is_refused_with_the_way_to_disturb_one_run() -> None:
    refused = CliRunner().invoke(application(Wiring()), ["faults", "--cluster", "real"])
    assert refused.exit_code == 2
    assert "runs on recorded clusters" in refused.output
    assert "--kill-after" in refused.output


def test_without_go_it_is_said_what_to_install_and_that_the_recorded_cluster_needs_nothing(tmp_path: Path) -> None:
    nothing = {"PATH": str(tmp_path), CACHE_VARIABLE: str(tmp_path / "cache")}
    with pytest.raises(UsageError, match=r"install Go .*The recorded cluster needs nothing"):
        programs.built(nothing)


def test_programs_of_an_owner_that_is_gone_are_ended_and_no_others(tmp_path: Path) -> None:
    mine, lost = Processes(tmp_path / "notes"), Processes(tmp_path / "notes")
    lost._owner = Running(1, "another beginning than that of process 1")  # noqa: SLF001
    kept = mine.start("kept", ["sleep", "60"], os.environ, tmp_path / "log")
    left = lost.start("left", ["sleep", "60"], os.environ, tmp_path / "log")
    try:
        assert [text.partition(" ")[0] for text in mine.end_left_behind()] == ["sleep"]
        assert not left.is_alive
        assert kept.is_alive
    finally:
        mine.end_all()
        lost.end_all()
    assert not kept.is_alive
