"""A fake API server: writes, deletions, field managers, discovery, and persistence."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from azure_rehearsal.kubernetes.cluster import ApiError, Key, Reason, Scope
from azure_rehearsal.kubernetes.fake.fake_api_server import FakeApiServer
from azure_rehearsal.kubernetes.fake.fake_clusters import FakeClusters
from simulator_tests.kubernetes.support import (
    MANAGER,
    SERVER,
    Directory,
    Identity,
    definition,
    deployment,
    fake_api_server,
    named,
    refusal,
    widget,
)


def test_an_object_is_read_back_with_server_fields(cluster: FakeApiServer) -> None:
    created = cluster.create(named("v1", "ConfigMap", "settings", data={"a": "b"}), MANAGER)
    assert created["data"] == {"a": "b"}
    assert created["metadata"]["namespace"] == "default"
    assert {"uid", "resourceVersion", "creationTimestamp"} <= created["metadata"].keys()
    assert cluster.get(Key("v1", "ConfigMap", "default", "settings")) == created


def test_a_duplicate_object_is_refused(cluster: FakeApiServer) -> None:
    cluster.create(deployment(), MANAGER)
    assert refusal(cluster, deployment(), Reason.ALREADY_EXISTS) == 'deployments.apps "edge" already exists'
    cluster.create(named("v1", "Namespace", "other"), MANAGER)
    cluster.create(deployment(namespace="other"), MANAGER)


def test_an_object_in_a_missing_namespace_is_refused(cluster: FakeApiServer) -> None:
    with pytest.raises(ApiError, match='namespaces "shop" not found') as refused:
        cluster.create(deployment(namespace="shop"), MANAGER)
    assert refused.value.reason is Reason.NOT_FOUND
    assert refused.value.missing == Key("v1", "Namespace", "", "shop")
    assert "depend on it" in refused.value.remediation


def test_an_undefined_kind_is_refused(cluster: FakeApiServer) -> None:
    assert refusal(cluster, widget(), Reason.NO_MATCH) == (
        'no matches for kind "Widget" in version "demo.example/v1"; ensure CRDs are installed first'
    )


def test_a_built_in_kind_in_a_wrong_version_is_refused_with_the_right_one(cluster: FakeApiServer) -> None:
    with pytest.raises(ApiError) as refused:
        cluster.create({**deployment(), "apiVersion": "apps/v1beta2"}, MANAGER)
    assert refused.value.reason is Reason.NO_MATCH
    assert refused.value.remediation == "Kubernetes 1.36 has Deployment in apps/v1."


def test_an_invalid_object_is_refused_with_all_problems_and_not_stored(cluster: FakeApiServer) -> None:
    message = refusal(cluster, deployment(replicas="two", replicaz=1), Reason.INVALID)
    assert message.startswith('Deployment.apps "edge" is invalid: ')
    assert ".spec.replicas: " in message
    assert ".spec.replicaz: " in message
    assert cluster.list_objects("apps/v1", "Deployment") == []


def test_a_dry_run_returns_the_result_of_a_write_and_stores_nothing(cluster: FakeApiServer) -> None:
    planned = cluster.create(deployment(), MANAGER, dry_run=True)
    assert planned["spec"] == deployment()["spec"]
    assert cluster.list_objects("apps/v1", "Deployment") == []
    cluster.create(deployment(), MANAGER)
    assert cluster.apply(deployment(replicas=5), MANAGER, dry_run=True)["spec"]["replicas"] == 5
    assert cluster.list_objects("apps/v1", "Deployment")[0]["spec"]["replicas"] == 2


def test_nulls_are_absent_values(cluster: FakeApiServer) -> None:
    created = cluster.create(deployment(minReadySeconds=None), MANAGER)
    assert "minReadySeconds" not in created["spec"]


def test_a_new_cluster_has_the_built_in_objects(cluster: FakeApiServer) -> None:
    namespaces = [item["metadata"]["name"] for item in cluster.list_objects("v1", "Namespace")]
    assert namespaces == ["default", "kube-node-lease", "kube-public", "kube-system"]
    assert cluster.get(Key("storage.k8s.io/v1", "StorageClass", "", "managed-csi-premium"))
    assert cluster.get(Key("scheduling.k8s.io/v1", "PriorityClass", "", "system-node-critical"))
    assert "already exists" in refusal(cluster, named("v1", "Namespace", "kube-system"), Reason.ALREADY_EXISTS)


def test_a_new_namespace_has_its_default_service_account(cluster: FakeApiServer) -> None:
    cluster.create(named("v1", "Namespace", "shop"), MANAGER)
    assert cluster.get(Key("v1", "ServiceAccount", "shop", "default"))


def test_deleting_a_namespace_deletes_only_its_contents(cluster: FakeApiServer) -> None:
    for name in ("shop", "shop-two"):
        cluster.create(named("v1", "Namespace", name), MANAGER)
        cluster.create(deployment(namespace=name), MANAGER)
    cluster.delete(Key("v1", "Namespace", "", "shop"))
    left = [item["metadata"]["namespace"] for item in cluster.list_objects("apps/v1", "Deployment")]
    assert left == ["shop-two"]
    assert cluster.get(Key("v1", "ServiceAccount", "shop", "default")) is None


def test_system_namespaces_cannot_be_deleted(cluster: FakeApiServer) -> None:
    with pytest.raises(ApiError, match="this namespace may not be deleted"):
        cluster.delete(Key("v1", "Namespace", "", "kube-system"))


def test_deleting_a_missing_object_is_an_error(cluster: FakeApiServer) -> None:
    with pytest.raises(ApiError, match='configmaps "nothing" not found') as refused:
        cluster.delete(Key("v1", "ConfigMap", "default", "nothing"))
    assert refused.value.reason is Reason.NOT_FOUND


def test_a_custom_resource_is_validated_against_its_crd(cluster: FakeApiServer) -> None:
    cluster.create(definition(), MANAGER)
    assert cluster.scope("demo.example/v1", "Widget") is Scope.NAMESPACED
    cluster.create(widget(port="http", free={"anything": [1]}), MANAGER)
    message = refusal(cluster, widget("two", siez=2), Reason.INVALID)
    assert '.spec.siez: field not declared in schema (did you mean "size"?)' in message
    assert "less than the minimum of 1" in refusal(cluster, widget("two", size=0), Reason.INVALID)


def test_deleting_a_crd_deletes_its_resources(cluster: FakeApiServer) -> None:
    cluster.create(definition(), MANAGER)
    cluster.create(widget(), MANAGER)
    cluster.delete(Key.of(definition()))
    assert cluster.scope("demo.example/v1", "Widget") is None
    assert cluster.get(Key.of(widget())) is None


def test_an_update_keeps_the_identity_and_increments_versions(cluster: FakeApiServer) -> None:
    before = cluster.create(deployment(), MANAGER)["metadata"]
    after = cluster.apply(deployment(replicas=3), MANAGER)["metadata"]
    assert (after["uid"], after["creationTimestamp"]) == (before["uid"], before["creationTimestamp"])
    assert int(after["resourceVersion"]) > int(before["resourceVersion"])
    assert (before["generation"], after["generation"]) == (1, 2)


def test_applying_an_unchanged_object_changes_nothing(cluster: FakeApiServer) -> None:
    created = cluster.create(deployment(), MANAGER)
    assert cluster.apply(deployment(), MANAGER) == created


def test_apply_removes_fields_that_are_no_longer_set(cluster: FakeApiServer) -> None:
    cluster.create(named("v1", "ConfigMap", "settings", data={"a": "1", "b": "2"}), MANAGER)
    assert cluster.apply(named("v1", "ConfigMap", "settings", data={"a": "1"}), MANAGER)["data"] == {"a": "1"}


def test_two_field_managers_share_an_object(cluster: FakeApiServer) -> None:
    cluster.create(named("v1", "ConfigMap", "settings", data={"a": "1"}), MANAGER)
    both = cluster.apply(named("v1", "ConfigMap", "settings", data={"b": "2"}), "other")
    assert both["data"] == {"a": "1", "b": "2"}
    assert cluster.apply(named("v1", "ConfigMap", "settings", data={"a": "0"}), MANAGER)["data"] == {"a": "0", "b": "2"}
    assert cluster.apply(named("v1", "ConfigMap", "settings"), "other")["data"] == {"a": "0"}


def test_field_managers_conflict_unless_forced(cluster: FakeApiServer) -> None:
    cluster.create(named("v1", "ConfigMap", "settings", data={"a": "1"}), MANAGER)
    other = named("v1", "ConfigMap", "settings", data={"a": "2"})
    with pytest.raises(ApiError, match=r'conflicts with "pulumi-kubernetes": \.data\.a') as refused:
        cluster.apply(other, "other")
    assert refused.value.reason is Reason.CONFLICT
    assert cluster.apply(other, "other", force=True)["data"] == {"a": "2"}


def test_a_workload_is_ready_immediately(cluster: FakeApiServer) -> None:
    status = cluster.create(deployment(replicas=3), MANAGER)["status"]
    assert (status["readyReplicas"], status["observedGeneration"]) == (3, 1)
    assert [condition["type"] for condition in status["conditions"]] == ["Available", "Progressing"]


def test_api_versions_include_custom_kinds(cluster: FakeApiServer) -> None:
    assert {"v1", "apps/v1", "apps/v1/Deployment"} <= set(cluster.api_versions())
    cluster.create(definition(), MANAGER)
    assert "demo.example/v1/Widget" in cluster.api_versions()


def test_objects_persist_on_disk(tmp_path: Path) -> None:
    first = fake_api_server(tmp_path)
    first.create(definition(), MANAGER)
    first.create(widget(), MANAGER)
    first.create(named("v1", "ConfigMap", "settings"), MANAGER)
    first.delete(Key("v1", "ConfigMap", "default", "settings"))
    again = fake_api_server(tmp_path)
    assert again.get(Key.of(widget())) == first.get(Key.of(widget()))
    assert again.get(Key("v1", "ConfigMap", "default", "settings")) is None
    assert "is invalid" in refusal(again, widget("two", size=0), Reason.INVALID)
    newest = int(again.create(widget("three"), MANAGER)["metadata"]["resourceVersion"])
    assert newest > int(first.list_objects("demo.example/v1", "Widget")[0]["metadata"]["resourceVersion"])


def test_a_kill_during_a_write_leaves_no_partial_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = fake_api_server(tmp_path)
    cluster.create(named("v1", "ConfigMap", "settings", data={"a": "old"}), MANAGER)
    monkeypatch.setattr("azure_rehearsal.kubernetes.fake.store.Path.replace", _killed)
    with pytest.raises(KeyboardInterrupt):
        cluster.apply(named("v1", "ConfigMap", "settings", data={"a": "new"}), MANAGER)
    left = fake_api_server(tmp_path).get(Key("v1", "ConfigMap", "default", "settings"))
    assert left
    assert left["data"] == {"a": "old"}


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_corrupt_file_is_named(tmp_path: Path) -> None:
    fake_api_server(tmp_path).create(named("v1", "ConfigMap", "settings"), MANAGER)
    file = next(tmp_path.rglob("settings.json"))
    file.write_text("{")
    with pytest.raises(ValueError, match=r"settings\.json is not JSON"):
        fake_api_server(tmp_path)


def test_clusters_are_distinguished_by_creation_id(tmp_path: Path) -> None:
    directory = Directory()
    clusters = FakeClusters.open(tmp_path, directory)
    first = clusters.by_server(SERVER)
    assert first
    first.create(deployment(), MANAGER)
    directory.clusters[SERVER] = Identity("rg/aks#2", "aks", "1.36")
    second = clusters.by_server(SERVER)
    assert second
    assert second.list_objects("apps/v1", "Deployment") == []
    clusters.retain({"rg/aks#2"})
    directory.clusters[SERVER] = Identity("rg/aks#1", "aks", "1.36")
    third = clusters.by_server(SERVER)
    assert third
    assert third.list_objects("apps/v1", "Deployment") == []


def test_an_upgrade_changes_the_kinds_and_keeps_the_objects(tmp_path: Path) -> None:
    directory = Directory()
    directory.clusters[SERVER] = Identity("rg/aks#1", "aks", "1.30")
    clusters = FakeClusters.open(tmp_path, directory)
    old = clusters.by_server(SERVER)
    assert old
    old.create(deployment(), MANAGER)
    policy = ("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy")
    assert old.scope(*policy) is None
    directory.clusters[SERVER] = Identity("rg/aks#1", "aks", "1.36")
    new = clusters.by_server(SERVER)
    assert new
    assert new.scope(*policy) is Scope.CLUSTER
    assert len(new.list_objects("apps/v1", "Deployment")) == 1


def test_an_unknown_address_has_no_cluster(clusters: FakeClusters) -> None:
    assert clusters.by_server("https://elsewhere.example") is None


def test_concurrent_writes_are_all_stored(tmp_path: Path) -> None:
    cluster = fake_api_server(tmp_path)
    threads = [
        threading.Thread(target=cluster.create, args=(named("v1", "ConfigMap", f"c{number}"), MANAGER))
        for number in range(40)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    versions = [
        item["metadata"]["resourceVersion"]
        for item in fake_api_server(tmp_path).list_objects("v1", "ConfigMap", "default")
    ]
    assert len(versions) == len(set(versions)) == 41  # 40 and kube-root-ca.crt
