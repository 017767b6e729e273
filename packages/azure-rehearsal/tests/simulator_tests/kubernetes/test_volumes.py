"""Claims and volumes: when and where a disk is created and deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.quantities import gibibytes
from simulator_tests.kubernetes.cluster_environment import NAMESPACE, ClusterEnvironment
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


def test_a_disk_is_created_for_the_first_consumer(env: ClusterEnvironment) -> None:
    key = claim(env, size="11Gi")
    assert env.disks() == []
    assert env.status(key) == {"phase": "Pending"}
    user(env)
    (disk,) = env.disks()
    assert f"/resourceGroups/{env.node_group}/" in disk
    record = env.cloud.get(disk)
    assert record is not None
    assert record.properties["diskSizeGB"] == 11
    assert record.properties["sku"] == {"name": "StandardSSD_LRS"}
    assert env.status(key) == {"phase": "Bound"}


def test_immediate_binding_creates_the_disk_immediately(env: ClusterEnvironment) -> None:
    storage_class(env)
    claim(env, storage_class="own")
    assert len(env.disks()) == 1


def test_a_disk_is_deleted_with_its_claim_and_not_with_its_pod(env: ClusterEnvironment) -> None:
    key, pod = claim(env), user(env)
    env.cluster.delete(pod)
    assert len(env.disks()) == 1
    env.cluster.delete(key)
    assert env.disks() == []
    assert env.cluster.list_objects("v1", "PersistentVolume") == []


def test_a_claim_without_a_class_uses_the_default_class(env: ClusterEnvironment) -> None:
    spec = claim_spec()
    del spec["storageClassName"]
    env.put(named("v1", CLAIM, "data", NAMESPACE, spec=spec))
    user(env)
    assert len(env.disks()) == 1


def test_reclaim_policy_retain_keeps_disk_and_volume(env: ClusterEnvironment) -> None:
    storage_class(env, reclaimPolicy="Retain")
    key = claim(env, storage_class="own")
    assert env.left_behind() == []
    env.cluster.delete(key)
    (disk,) = env.disks()
    (volume,) = env.cluster.list_objects("v1", "PersistentVolume")
    assert volume["status"] == {"phase": "Released"}
    assert env.left_behind() == [f"{disk}, made by PersistentVolumeClaim shop-system/data of cluster {env.aks_name}"]


def test_a_missing_class_and_an_unsupported_sku_are_reported(env: ClusterEnvironment) -> None:
    assert 'storageclass.storage.k8s.io "nowhere" not found' in env.problem(claim(env, storage_class="nowhere"))
    storage_class(env, parameters={"skuName": "Fast_LRS"})
    problem = env.problem(claim(env, "other", storage_class="own"))
    assert "Fast_LRS is not supported sku/storageaccounttype" in problem
    assert env.disks() == []


def test_a_disk_in_another_resource_group_needs_a_role_and_outlives_the_cluster(env: ClusterEnvironment) -> None:
    disks = env.azure.group("rg-disks")
    storage_class(env, parameters={"resourceGroup": "rg-disks"})
    key = claim(env, storage_class="own")
    assert "'Microsoft.Compute/disks/write' over scope" in env.problem(key)
    env.role("Contributor", disks.id)
    assert env.problem(key) == ""
    (disk,) = env.disks()
    assert disk.startswith(disks.id)
    env.azure.delete(env.aks)
    assert env.left_behind() == [f"{disk}, made by PersistentVolumeClaim shop-system/data of cluster {env.aks_name}"]


def test_deleting_a_resource_group_deletes_orphaned_disks(env: ClusterEnvironment) -> None:
    disks = env.azure.group("rg-disks")
    env.role("Contributor", disks.id)
    storage_class(env, parameters={"resourceGroup": "rg-disks"})
    claim(env, storage_class="own")
    env.azure.delete(env.aks)
    env.azure.delete(disks)
    assert env.disks() == []


def test_a_stateful_set_has_a_disk_for_each_pod_and_keeps_them(env: ClusterEnvironment) -> None:
    key = stateful_set(env)
    names = [item["metadata"]["name"] for item in env.cluster.list_objects("v1", CLAIM)]
    assert names == ["data-db-0", "data-db-1"]
    assert len(env.disks()) == 2
    stateful_set(env, replicas=1)
    assert len(env.disks()) == 2, "claims remain after a scale-down"
    env.cluster.delete(key)
    assert len(env.disks()) == 2
    assert len(env.left_behind()) == 2
    env.cluster.delete(Key("v1", "Namespace", "", NAMESPACE))
    assert env.disks() == []
    assert env.left_behind() == []


def test_a_stateful_set_with_retention_policy_delete_deletes_its_disks(env: ClusterEnvironment) -> None:
    key = stateful_set(env, whenDeleted="Delete", whenScaled="Delete")
    stateful_set(env, replicas=1, whenDeleted="Delete", whenScaled="Delete")
    assert len(env.disks()) == 1
    env.cluster.delete(key)
    assert env.disks() == []
    assert env.cluster.list_objects("v1", CLAIM) == []


def prometheus(**prometheus_spec: Any) -> dict[str, Any]:
    spec = {"storageSpec": {"volumeClaimTemplate": {"spec": claim_spec(size="64Gi")}}, "replicas": 2, **prometheus_spec}
    return {"fullnameOverride": "shop", "prometheus": {"prometheusSpec": spec}}


def test_prometheus_has_a_disk_for_each_replica_and_keeps_it(env: ClusterEnvironment) -> None:
    id = env.install("kube-prometheus-stack", "metrics", prometheus())
    names = [item["metadata"]["name"] for item in env.cluster.list_objects("v1", CLAIM)]
    assert names == [f"prometheus-shop-prometheus-db-prometheus-shop-prometheus-{number}" for number in range(2)]
    assert len(env.disks()) == 2
    assert env.left_behind() == []
    env.uninstall(id)
    assert len(env.disks()) == 2
    assert "made by PersistentVolumeClaim shop-system/prometheus-shop" in env.left_behind()[0]


def test_prometheus_with_retention_policy_delete_deletes_its_disks(env: ClusterEnvironment) -> None:
    policy = {"whenDeleted": "Delete", "whenScaled": "Retain"}
    id = env.install("kube-prometheus-stack", "m", prometheus(persistentVolumeClaimRetentionPolicy=policy))
    assert len(env.disks()) == 2
    env.uninstall(id)
    assert env.disks() == []


def test_the_claim_of_a_chart_is_deleted_with_its_release(env: ClusterEnvironment) -> None:
    values = {"grafana": {"persistence": {"enabled": True, "storageClassName": "managed-csi", "size": "5Gi"}}}
    id = env.install("kube-prometheus-stack", "metrics", values)
    (item,) = env.cluster.list_objects("v1", CLAIM)
    assert item["metadata"]["name"] == "metrics-grafana"
    assert len(env.disks()) == 1
    env.uninstall(id)
    assert env.disks() == []


def test_extra_objects_of_a_chart_exist_while_its_release_does(env: ClusterEnvironment) -> None:
    traces = {"apiVersion": "v1", "kind": CLAIM, "metadata": {"name": "traces"}, "spec": claim_spec()}
    id = env.install("jaeger", values={"extraObjects": [traces]})
    assert len(env.disks()) == 1
    env.uninstall(id)
    assert env.disks() == []
    assert env.cluster.list_objects("v1", CLAIM) == []


def test_disks_persist_when_the_cluster_is_reopened(env: ClusterEnvironment) -> None:
    stateful_set(env)
    before = env.disks()
    env.open()
    assert env.disks() == before


@pytest.mark.parametrize(("quantity", "gib"), [("10Gi", 10), ("1Ti", 1024), ("1G", 1), ("1025Mi", 2), (1, 1)])
def test_sizes_are_rounded_up_to_whole_gibibytes(quantity: str | int, gib: int) -> None:
    assert gibibytes(quantity) == gib


def test_an_invalid_size_is_refused() -> None:
    with pytest.raises(ValueError, match="ten"):
        gibibytes("ten")
