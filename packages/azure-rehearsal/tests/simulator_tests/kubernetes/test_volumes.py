"""Claims and volumes: when a disk is made, where, and what becomes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.quantities import gibibytes
from simulator_tests.kubernetes.places import NAMESPACE, NODES, Place
from simulator_tests.kubernetes.support import deployment, named

CLAIM = "PersistentVolumeClaim"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def claim_spec(storage_class: str = "managed-csi", size: str = "10Gi") -> dict[str, Any]:
    return {
        "storageClassName": storage_class,
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": size}},
    }


def claim(place: Place, name: str = "data", **spec: Any) -> Key:
    return place.put(named("v1", CLAIM, name, NAMESPACE, spec=claim_spec(**spec)))


def user(place: Place, claim_name: str = "data") -> Key:
    item = deployment("user", NAMESPACE)
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": claim_name}}
    item["spec"]["template"]["spec"]["volumes"] = [volume]
    return place.put(item)


def storage_class(place: Place, name: str = "own", **content: Any) -> Key:
    parameters = {"skuName": "Premium_LRS", **content.pop("parameters", {})}
    content = {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate", **content}
    item = named("storage.k8s.io/v1", "StorageClass", name, provisioner="disk.csi.azure.com", parameters=parameters)
    return place.put({**item, **content})


def stateful_set(place: Place, replicas: int = 2, **policy: str) -> Key:
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
    return place.put(named("apps/v1", "StatefulSet", "db", NAMESPACE, spec=spec))


def test_a_disk_waits_for_the_first_pod_that_uses_it(place: Place) -> None:
    key = claim(place, size="11Gi")
    assert place.disks() == []
    assert place.status(key) == {"phase": "Pending"}
    user(place)
    (disk,) = place.disks()
    assert f"/resourceGroups/{NODES}/" in disk
    record = place.cloud.get(disk)
    assert record is not None
    assert record.properties["diskSizeGB"] == 11
    assert record.properties["sku"] == {"name": "StandardSSD_LRS"}
    assert place.status(key) == {"phase": "Bound"}


def test_a_class_that_does_not_wait_makes_the_disk_at_once(place: Place) -> None:
    storage_class(place)
    claim(place, storage_class="own")
    assert len(place.disks()) == 1


def test_the_disk_goes_with_its_claim_and_not_with_its_pod(place: Place) -> None:
    key, pod = claim(place), user(place)
    place.cluster.delete(pod)
    assert len(place.disks()) == 1
    place.cluster.delete(key)
    assert place.disks() == []
    assert place.cluster.list_objects("v1", "PersistentVolume") == []


def test_a_claim_without_a_class_takes_the_default_one(place: Place) -> None:
    spec = claim_spec()
    del spec["storageClassName"]
    place.put(named("v1", CLAIM, "data", NAMESPACE, spec=spec))
    user(place)
    assert len(place.disks()) == 1


def test_a_class_that_retains_leaves_disk_and_volume_behind(place: Place) -> None:
    storage_class(place, reclaimPolicy="Retain")
    key = claim(place, storage_class="own")
    assert place.left_behind() == []
    place.cluster.delete(key)
    (disk,) = place.disks()
    (volume,) = place.cluster.list_objects("v1", "PersistentVolume")
    assert volume["status"] == {"phase": "Released"}
    assert place.left_behind() == [f"{disk}, made by PersistentVolumeClaim voice-system/data of cluster aks-shop"]


def test_a_missing_class_and_a_disk_that_azure_does_not_have_are_told(place: Place) -> None:
    assert 'storageclass.storage.k8s.io "nowhere" not found' in place.problem(claim(place, storage_class="nowhere"))
    storage_class(place, parameters={"skuName": "Fast_LRS"})
    problem = place.problem(claim(place, "other", storage_class="own"))
    assert "Fast_LRS is not supported sku/storageaccounttype" in problem
    assert place.disks() == []


def test_a_disk_in_another_group_needs_a_role_there_and_outlives_the_cluster(place: Place) -> None:
    disks = place.azure.group("rg-disks")
    storage_class(place, parameters={"resourceGroup": "rg-disks"})
    key = claim(place, storage_class="own")
    assert "'Microsoft.Compute/disks/write' over scope" in place.problem(key)
    place.role("Contributor", disks.id)
    assert place.problem(key) == ""
    (disk,) = place.disks()
    assert disk.startswith(disks.id)
    place.azure.delete(place.aks)
    assert place.left_behind() == [f"{disk}, made by PersistentVolumeClaim voice-system/data of cluster aks-shop"]


def test_a_group_goes_with_the_disks_that_are_left_in_it(place: Place) -> None:
    disks = place.azure.group("rg-disks")
    place.role("Contributor", disks.id)
    storage_class(place, parameters={"resourceGroup": "rg-disks"})
    claim(place, storage_class="own")
    place.azure.delete(place.aks)
    place.azure.delete(disks)
    assert place.disks() == []


def test_a_stateful_set_has_a_disk_for_each_pod_and_kubernetes_keeps_them(place: Place) -> None:
    key = stateful_set(place)
    names = [item["metadata"]["name"] for item in place.cluster.list_objects("v1", CLAIM)]
    assert names == ["data-db-0", "data-db-1"]
    assert len(place.disks()) == 2
    stateful_set(place, replicas=1)
    assert len(place.disks()) == 2, "fewer pods keep their claims"
    place.cluster.delete(key)
    assert len(place.disks()) == 2
    assert len(place.left_behind()) == 2
    place.cluster.delete(Key("v1", "Namespace", "", NAMESPACE))
    assert place.disks() == []
    assert place.left_behind() == []


def test_a_stateful_set_takes_its_disks_along_where_its_policy_says_so(place: Place) -> None:
    key = stateful_set(place, whenDeleted="Delete", whenScaled="Delete")
    stateful_set(place, replicas=1, whenDeleted="Delete", whenScaled="Delete")
    assert len(place.disks()) == 1
    place.cluster.delete(key)
    assert place.disks() == []
    assert place.cluster.list_objects("v1", CLAIM) == []


def prometheus(**prometheus_spec: Any) -> dict[str, Any]:
    spec = {"storageSpec": {"volumeClaimTemplate": {"spec": claim_spec(size="64Gi")}}, "replicas": 2, **prometheus_spec}
    return {"fullnameOverride": "voice", "prometheus": {"prometheusSpec": spec}}


def test_prometheus_of_the_chart_has_a_disk_for_each_replica_and_keeps_it(place: Place) -> None:
    id = place.install("kube-prometheus-stack", "metrics", prometheus())
    names = [item["metadata"]["name"] for item in place.cluster.list_objects("v1", CLAIM)]
    assert names == [f"prometheus-voice-prometheus-db-prometheus-voice-prometheus-{number}" for number in range(2)]
    assert len(place.disks()) == 2
    assert place.left_behind() == []
    place.uninstall(id)
    assert len(place.disks()) == 2
    assert "made by PersistentVolumeClaim voice-system/prometheus-voice" in place.left_behind()[0]


def test_prometheus_of_the_chart_takes_its_disks_along_where_told(place: Place) -> None:
    policy = {"whenDeleted": "Delete", "whenScaled": "Retain"}
    id = place.install("kube-prometheus-stack", "m", prometheus(persistentVolumeClaimRetentionPolicy=policy))
    assert len(place.disks()) == 2
    place.uninstall(id)
    assert place.disks() == []


def test_a_claim_of_a_chart_itself_goes_with_its_release(place: Place) -> None:
    values = {"grafana": {"persistence": {"enabled": True, "storageClassName": "managed-csi", "size": "5Gi"}}}
    id = place.install("kube-prometheus-stack", "metrics", values)
    (item,) = place.cluster.list_objects("v1", CLAIM)
    assert item["metadata"]["name"] == "metrics-grafana"
    assert len(place.disks()) == 1
    place.uninstall(id)
    assert place.disks() == []


def test_objects_that_a_chart_is_given_are_there_and_go_with_it(place: Place) -> None:
    traces = {"apiVersion": "v1", "kind": CLAIM, "metadata": {"name": "traces"}, "spec": claim_spec()}
    id = place.install("jaeger", values={"extraObjects": [traces]})
    assert len(place.disks()) == 1
    place.uninstall(id)
    assert place.disks() == []
    assert place.cluster.list_objects("v1", CLAIM) == []


def test_disks_are_the_same_after_the_cluster_is_opened_again(place: Place) -> None:
    stateful_set(place)
    before = place.disks()
    place.open()
    assert place.disks() == before


@pytest.mark.parametrize(("quantity", "gib"), [("10Gi", 10), ("1Ti", 1024), ("1G", 1), ("1025Mi", 2), (1, 1)])
def test_sizes_are_whole_gibibytes_rounded_up(quantity: str | int, gib: int) -> None:
    assert gibibytes(quantity) == gib


def test_what_is_no_size_is_refused() -> None:
    with pytest.raises(ValueError, match="ten"):
        gibibytes("ten")
