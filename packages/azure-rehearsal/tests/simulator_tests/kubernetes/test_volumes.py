"""Claims and volumes: when a disk is made, where, and what becomes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.quantities import gibibytes
from simulator_tests.kubernetes.cluster_environment import NAMESPACE, NODES, ClusterEnvironment
from simulator_tests.kubernetes.support import deployment, named

CLAIM = "PersistentVolumeClaim"


@pytest.fixture
def env(tmp_path: Path) -> ClusterEnvironment:
    return ClusterEnvironment(tmp_path)


def claim_spec(storage_class: str = "managed-csi", size: str = "10Gi") -> dict[str, Any]:
    return {
        "storageClassName": storage_class,
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": size}},
    }


def claim(env: ClusterEnvironment, name: str = "data", **spec: Any) -> Key:
    return env.put(named("v1", CLAIM, name, NAMESPACE, spec=claim_spec(**spec)))


def user(env: ClusterEnvironment, claim_name: str = "data") -> Key:
    item = deployment("user", NAMESPACE)
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": claim_name}}
    item["spec"]["template"]["spec"]["volumes"] = [volume]
    return env.put(item)


def storage_class(env: ClusterEnvironment, name: str = "own", **content: Any) -> Key:
    parameters = {"skuName": "Premium_LRS", **content.pop("parameters", {})}
    content = {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate", **content}
    item = named("storage.k8s.io/v1", "StorageClass", name, provisioner="disk.csi.azure.com", parameters=parameters)
    return env.put({**item, **content})


def stateful_set(env: ClusterEnvironment, replicas: int = 2, **policy: str) -> Key:
    pod = deployment("db", NAMESPACE)["spec"]
    spec = {
        "serviceName": "db",
        "replicas": replicas,
        "selector": pod["selector"],
        "template": pod["template"],
        "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": claim_spec()}],
    }
    if policy:
        spec["persistentVolumeClaimRetentionPolicy"] = policy
    return env.put(named("apps/v1", "StatefulSet", "db", NAMESPACE, spec=spec))


def test_a_disk_waits_for_the_first_pod_that_uses_it(env: ClusterEnvironment) -> None:
    key = claim(env, size="11Gi")
    assert env.disks() == []
    assert env.status(key) == {"phase": "Pending"}
    user(env)
    (disk,) = env.disks()
    assert f"/resourceGroups/{NODES}/" in disk
    record = env.cloud.get(disk)
    assert record is not None
    assert record.properties["diskSizeGB"] == 11
    assert record.properties["sku"] == {"name": "StandardSSD_LRS"}
    assert env.status(key) == {"phase": "Bound"}


def test_a_class_that_does_not_wait_makes_the_disk_at_once(env: ClusterEnvironment) -> None:
    storage_class(env)
    claim(env, storage_class="own")
    assert len(env.disks()) == 1


def test_the_disk_goes_with_its_claim_and_not_with_its_pod(env: ClusterEnvironment) -> None:
    key, pod = claim(env), user(env)
    env.cluster.delete(pod)
    assert len(env.disks()) == 1
    env.cluster.delete(key)
    assert env.disks() == []
    assert env.cluster.list_objects("v1", "PersistentVolume") == []


def test_a_claim_without_a_class_takes_the_default_one(env: ClusterEnvironment) -> None:
    spec = claim_spec()
    del spec["storageClassName"]
    env.put(named("v1", CLAIM, "data", NAMESPACE, spec=spec))
    user(env)
    assert len(env.disks()) == 1


def test_a_class_that_retains_leaves_disk_and_volume_behind(env: ClusterEnvironment) -> None:
    storage_class(env, reclaimPolicy="Retain")
    key = claim(env, storage_class="own")
    assert env.left_behind() == []
    env.cluster.delete(key)
    (disk,) = env.disks()
    (volume,) = env.cluster.list_objects("v1", "PersistentVolume")
    assert volume["status"] == {"phase": "Released"}
    assert env.left_behind() == [f"{disk}, made by PersistentVolumeClaim voice-system/data of cluster aks-voice"]


def test_a_missing_class_and_a_disk_that_azure_does_not_have_are_told(env: ClusterEnvironment) -> None:
    assert 'storageclass.storage.k8s.io "nowhere" not found' in env.problem(claim(env, storage_class="nowhere"))
    storage_class(env, parameters={"skuName": "Fast_LRS"})
    problem = env.problem(claim(env, "other", storage_class="own"))
    assert "Fast_LRS is not supported sku/storageaccounttype" in problem
    assert env.disks() == []


def test_a_disk_in_another_group_needs_a_role_there_and_outlives_the_cluster(env: ClusterEnvironment) -> None:
    disks = env.azure.group("rg-disks")
    storage_class(env, parameters={"resourceGroup": "rg-disks"})
    key = claim(env, storage_class="own")
    assert "'Microsoft.Compute/disks/write' over scope" in env.problem(key)
    env.role("Contributor", disks.id)
    assert env.problem(key) == ""
    (disk,) = env.disks()
    assert disk.startswith(disks.id)
    env.azure.delete(env.aks)
    assert env.left_behind() == [f"{disk}, made by PersistentVolumeClaim voice-system/data of cluster aks-voice"]


def test_a_group_goes_with_the_disks_that_are_left_in_it(env: ClusterEnvironment) -> None:
    disks = env.azure.group("rg-disks")
    env.role("Contributor", disks.id)
    storage_class(env, parameters={"resourceGroup": "rg-disks"})
    claim(env, storage_class="own")
    env.azure.delete(env.aks)
    env.azure.delete(disks)
    assert env.disks() == []


def test_a_stateful_set_has_a_disk_for_each_pod_and_kubernetes_keeps_them(env: ClusterEnvironment) -> None:
    key = stateful_set(env)
    names = [item["metadata"]["name"] for item in env.cluster.list_objects("v1", CLAIM)]
    assert names == ["data-db-0", "data-db-1"]
    assert len(env.disks()) == 2
    stateful_set(env, replicas=1)
    assert len(env.disks()) == 2, "fewer pods keep their claims"
    env.cluster.delete(key)
    assert len(env.disks()) == 2
    assert len(env.left_behind()) == 2
    env.cluster.delete(Key("v1", "Namespace", "", NAMESPACE))
    assert env.disks() == []
    assert env.left_behind() == []


def test_a_stateful_set_takes_its_disks_along_where_its_policy_says_so(env: ClusterEnvironment) -> None:
    key = stateful_set(env, whenDeleted="Delete", whenScaled="Delete")
    stateful_set(env, replicas=1, whenDeleted="Delete", whenScaled="Delete")
    assert len(env.disks()) == 1
    env.cluster.delete(key)
    assert env.disks() == []
    assert env.cluster.list_objects("v1", CLAIM) == []


def prometheus(**prometheus_spec: Any) -> dict[str, Any]:
    spec = {"storageSpec": {"volumeClaimTemplate": {"spec": claim_spec(size="64Gi")}}, "replicas": 2, **prometheus_spec}
    return {"fullnameOverride": "voice", "prometheus": {"prometheusSpec": spec}}


def test_prometheus_of_the_chart_has_a_disk_for_each_replica_and_keeps_it(env: ClusterEnvironment) -> None:
    id = env.install("kube-prometheus-stack", "metrics", prometheus())
    names = [item["metadata"]["name"] for item in env.cluster.list_objects("v1", CLAIM)]
    assert names == [f"prometheus-voice-prometheus-db-prometheus-voice-prometheus-{number}" for number in range(2)]
    assert len(env.disks()) == 2
    assert env.left_behind() == []
    env.uninstall(id)
    assert len(env.disks()) == 2
    assert "made by PersistentVolumeClaim voice-system/prometheus-voice" in env.left_behind()[0]


def test_prometheus_of_the_chart_takes_its_disks_along_where_told(env: ClusterEnvironment) -> None:
    policy = {"whenDeleted": "Delete", "whenScaled": "Retain"}
    id = env.install("kube-prometheus-stack", "m", prometheus(persistentVolumeClaimRetentionPolicy=policy))
    assert len(env.disks()) == 2
    env.uninstall(id)
    assert env.disks() == []


def test_a_claim_of_a_chart_itself_goes_with_its_release(env: ClusterEnvironment) -> None:
    values = {"grafana": {"persistence": {"enabled": True, "storageClassName": "managed-csi", "size": "5Gi"}}}
    id = env.install("kube-prometheus-stack", "metrics", values)
    (item,) = env.cluster.list_objects("v1", CLAIM)
    assert item["metadata"]["name"] == "metrics-grafana"
    assert len(env.disks()) == 1
    env.uninstall(id)
    assert env.disks() == []


def test_objects_that_a_chart_is_given_are_there_and_go_with_it(env: ClusterEnvironment) -> None:
    traces = {"apiVersion": "v1", "kind": CLAIM, "metadata": {"name": "traces"}, "spec": claim_spec()}
    id = env.install("jaeger", values={"extraObjects": [traces]})
    assert len(env.disks()) == 1
    env.uninstall(id)
    assert env.disks() == []
    assert env.cluster.list_objects("v1", CLAIM) == []


def test_disks_are_the_same_after_the_cluster_is_opened_again(env: ClusterEnvironment) -> None:
    stateful_set(env)
    before = env.disks()
    env.open()
    assert env.disks() == before


@pytest.mark.parametrize(("quantity", "gib"), [("10Gi", 10), ("1Ti", 1024), ("1G", 1), ("1025Mi", 2), (1, 1)])
def test_sizes_are_whole_gibibytes_rounded_up(quantity: str | int, gib: int) -> None:
    assert gibibytes(quantity) == gib


def test_what_is_no_size_is_refused() -> None:
    with pytest.raises(ValueError, match="ten"):
        gibibytes("ten")
