from __future__ import annotations

import threading
from pathlib import Path

import pytest

from azure_rehearsal.kubernetes.cluster import ApiError, Key, Reason, Scope
from azure_rehearsal.kubernetes.fake.fake_api_server import FakeApiServer
from azure_rehearsal.kubernetes.fake.fake_clusters import FakeClusters
from simulator_tests.kubernetes.support import (
    SERVER,
    Directory,
    Identity,
    definition,
    deployment,
    fake_api_server,
    named,
    widget,
)

ME = "pulumi-kubernetes"


def refusal(cluster: FakeApiServer, item: dict, reason: Reason) -> str:
    """Why creating an object is refused."""
    with pytest.raises(ApiError) as refused:
        cluster.create(item, ME)
    assert refused.value.reason is reason
    return refused.value.message


def test_an_object_is_read_as_it_was_written_with_what_the_server_adds(cluster: FakeApiServer) -> None:
    created = cluster.create(named("v1", "ConfigMap", "settings", data={"a": "b"}), ME)
    assert created["data"] == {"a": "b"}
    assert created["metadata"]["namespace"] == "default"
    assert {"uid", "resourceVersion", "creationTimestamp"} <= created["metadata"].keys()
    assert cluster.get(Key("v1", "ConfigMap", "default", "settings")) == created


def test_a_second_object_of_the_same_name_is_refused(cluster: FakeApiServer) -> None:
    cluster.create(deployment(), ME)
    assert refusal(cluster, deployment(), Reason.ALREADY_EXISTS) == 'deployments.apps "edge" already exists'
    cluster.create(named("v1", "Namespace", "other"), ME)
    cluster.create(deployment(namespace="other"), ME)


def test_an_object_in_a_namespace_that_does_not_exist_is_refused(cluster: FakeApiServer) -> None:
    with pytest.raises(ApiError, match='namespaces "voice" not found') as refused:
        cluster.create(deployment(namespace="voice"), ME)
    assert refused.value.reason is Reason.NOT_FOUND
    assert refused.value.missing == Key("v1", "Namespace", "", "voice")
    assert "depend on it" in refused.value.remediation


def test_a_kind_that_nobody_defined_is_refused(cluster: FakeApiServer) -> None:
    assert refusal(cluster, widget(), Reason.NO_MATCH) == (
        'no matches for kind "Widget" in version "demo.example/v1"; ensure CRDs are installed first'
    )


def test_a_built_in_kind_of_a_wrong_version_is_refused_with_the_right_one(cluster: FakeApiServer) -> None:
    with pytest.raises(ApiError) as refused:
        cluster.create({**deployment(), "apiVersion": "apps/v1beta2"}, ME)
    assert refused.value.reason is Reason.NO_MATCH
    assert refused.value.remediation == "Kubernetes 1.36 has Deployment in apps/v1."


def test_an_invalid_object_is_refused_with_every_problem_and_leaves_nothing(cluster: FakeApiServer) -> None:
    message = refusal(cluster, deployment(replicas="two", replicaz=1), Reason.INVALID)
    assert message.startswith('Deployment.apps "edge" is invalid: ')
    assert ".spec.replicas: " in message
    assert ".spec.replicaz: " in message
    assert cluster.list_objects("apps/v1", "Deployment") == []


def test_a_dry_run_answers_as_a_write_would_and_writes_nothing(cluster: FakeApiServer) -> None:
    planned = cluster.create(deployment(), ME, dry_run=True)
    assert planned["spec"] == deployment()["spec"]
    assert cluster.list_objects("apps/v1", "Deployment") == []
    cluster.create(deployment(), ME)
    assert cluster.apply(deployment(replicas=5), ME, dry_run=True)["spec"]["replicas"] == 5
    assert cluster.list_objects("apps/v1", "Deployment")[0]["spec"]["replicas"] == 2


def test_nulls_stand_for_absent_values(cluster: FakeApiServer) -> None:
    created = cluster.create(deployment(minReadySeconds=None), ME)
    assert "minReadySeconds" not in created["spec"]


@pytest.mark.parametrize(
    ("kind", "name", "says"),
    [
        ("ConfigMap", "Upper", "RFC 1123 subdomain"),
        ("ConfigMap", "a" * 254, "no more than 253"),
        ("Namespace", "with.dot", "RFC 1123 label"),
        ("Namespace", "a" * 64, "no more than 63"),
        ("Service", "1st", "DNS-1035 label"),
        ("ConfigMap", "", "name or generateName is required"),
    ],
)
def test_a_name_that_breaks_the_rules_of_its_kind_is_refused(
    cluster: FakeApiServer, kind: str, name: str, says: str
) -> None:
    item = named("v1", kind, name)
    if kind == "Service":
        item["spec"] = {"ports": [{"port": 80}]}
    assert says in refusal(cluster, item, Reason.INVALID)


def test_names_of_roles_are_freer(cluster: FakeApiServer) -> None:
    cluster.create(named("rbac.authorization.k8s.io/v1", "ClusterRole", "voice:Reader", rules=[]), ME)


@pytest.mark.parametrize("label", ["pod-security.kubernetes.io/enforce", "pod-security.kubernetes.io/warn"])
def test_an_unknown_pod_security_level_is_refused(cluster: FakeApiServer, label: str) -> None:
    namespace = named("v1", "Namespace", "voice")
    namespace["metadata"]["labels"] = {label: "strict"}
    message = refusal(cluster, namespace, Reason.INVALID)
    assert f'.metadata.labels[{label}]: Invalid value: "strict": must be one of privileged, baseline' in message
    namespace["metadata"]["labels"] = {label: "restricted", f"{label}-version": "v1.36"}
    cluster.create(namespace, ME)


def test_a_label_that_is_no_label_is_refused(cluster: FakeApiServer) -> None:
    item = named("v1", "ConfigMap", "settings")
    item["metadata"]["labels"] = {"team": "voice platform", "-x": "y"}
    message = refusal(cluster, item, Reason.INVALID)
    assert '.metadata.labels[team]: Invalid value: "voice platform"' in message
    assert '.metadata.labels: Invalid value: "-x"' in message


def test_secret_data_that_is_not_base64_is_refused(cluster: FakeApiServer) -> None:
    item = named("v1", "Secret", "token", data={"a": "not base64!"})
    assert ".data[a]: Invalid value: illegal base64 data" in refusal(cluster, item, Reason.INVALID)


def test_a_configuration_of_more_than_a_mebibyte_is_refused(cluster: FakeApiServer) -> None:
    item = named("v1", "ConfigMap", "large", data={"a": "x" * (1024 * 1024 + 1)})
    assert ".data: Too long" in refusal(cluster, item, Reason.INVALID)


def test_a_selector_that_does_not_select_its_pods_is_refused(cluster: FakeApiServer) -> None:
    item = deployment(selector={"matchLabels": {"app": "other"}})
    assert "`selector` {'app': 'other'} does not match template `labels`" in refusal(cluster, item, Reason.INVALID)


def test_a_mount_of_a_volume_that_is_not_there_is_refused(cluster: FakeApiServer) -> None:
    item = deployment()
    item["spec"]["template"]["spec"]["containers"][0]["volumeMounts"] = [{"name": "config", "mountPath": "/etc/x"}]
    path = ".spec.template.spec.containers[0].volumeMounts[0].name"
    assert f'{path}: Not found: "config"' in refusal(cluster, item, Reason.INVALID)


def test_a_service_with_unnamed_or_doubled_ports_is_refused(cluster: FakeApiServer) -> None:
    ports = [{"port": 5060, "protocol": "UDP", "name": "sip"}, {"port": 5060, "protocol": "TCP"}]
    message = refusal(cluster, named("v1", "Service", "edge", spec={"ports": ports}), Reason.INVALID)
    assert "every port needs a name" in message
    ports[1] = {"port": 5060, "protocol": "UDP", "name": "sip-again"}
    message = refusal(cluster, named("v1", "Service", "edge", spec={"ports": ports}), Reason.INVALID)
    assert '.spec.ports: Duplicate value: "5060/UDP"' in message


def test_a_priority_class_of_the_system_or_above_the_limit_is_refused(cluster: FakeApiServer) -> None:
    api = "scheduling.k8s.io/v1"
    assert "reserved" in refusal(cluster, named(api, "PriorityClass", "system-voice", value=1), Reason.INVALID)
    assert "1000000000" in refusal(cluster, named(api, "PriorityClass", "voice", value=1_000_000_001), Reason.INVALID)


def test_only_one_priority_class_is_the_default(cluster: FakeApiServer) -> None:
    api = "scheduling.k8s.io/v1"
    cluster.create(named(api, "PriorityClass", "first", value=1, globalDefault=True), ME)
    second = named(api, "PriorityClass", "second", value=2, globalDefault=True)
    assert "first is already marked as default" in refusal(cluster, second, Reason.FORBIDDEN)


def test_a_pod_needs_its_service_account_and_priority_class_but_a_template_does_not(cluster: FakeApiServer) -> None:
    spec = {"containers": [{"name": "main", "image": "x"}], "serviceAccountName": "edge", "priorityClassName": "calls"}
    message = refusal(cluster, named("v1", "Pod", "edge", spec=spec), Reason.FORBIDDEN)
    assert message == 'pods "edge" is forbidden: no ServiceAccount with name "edge" was found'
    cluster.create(named("v1", "ServiceAccount", "edge"), ME)
    message = refusal(cluster, named("v1", "Pod", "edge", spec=spec), Reason.FORBIDDEN)
    assert message == 'pods "edge" is forbidden: no PriorityClass with name "calls" was found'
    template = {"metadata": {"labels": {"app": "edge"}}, "spec": {**spec, "serviceAccountName": "nobody"}}
    cluster.create(deployment(template=template), ME)


def test_what_every_cluster_has_is_there(cluster: FakeApiServer) -> None:
    namespaces = [item["metadata"]["name"] for item in cluster.list_objects("v1", "Namespace")]
    assert namespaces == ["default", "kube-node-lease", "kube-public", "kube-system"]
    assert cluster.get(Key("storage.k8s.io/v1", "StorageClass", "", "managed-csi-premium"))
    assert cluster.get(Key("scheduling.k8s.io/v1", "PriorityClass", "", "system-node-critical"))
    assert "already exists" in refusal(cluster, named("v1", "Namespace", "kube-system"), Reason.ALREADY_EXISTS)


def test_a_new_namespace_has_its_default_service_account(cluster: FakeApiServer) -> None:
    cluster.create(named("v1", "Namespace", "voice"), ME)
    assert cluster.get(Key("v1", "ServiceAccount", "voice", "default"))


def test_deleting_a_namespace_deletes_what_is_in_it_and_nothing_else(cluster: FakeApiServer) -> None:
    for name in ("voice", "voice-two"):
        cluster.create(named("v1", "Namespace", name), ME)
        cluster.create(deployment(namespace=name), ME)
    cluster.delete(Key("v1", "Namespace", "", "voice"))
    left = [item["metadata"]["namespace"] for item in cluster.list_objects("apps/v1", "Deployment")]
    assert left == ["voice-two"]
    assert cluster.get(Key("v1", "ServiceAccount", "voice", "default")) is None


def test_the_systems_namespaces_may_not_be_deleted(cluster: FakeApiServer) -> None:
    with pytest.raises(ApiError, match="this namespace may not be deleted"):
        cluster.delete(Key("v1", "Namespace", "", "kube-system"))


def test_deleting_what_is_not_there_is_an_error(cluster: FakeApiServer) -> None:
    with pytest.raises(ApiError, match='configmaps "nothing" not found') as refused:
        cluster.delete(Key("v1", "ConfigMap", "default", "nothing"))
    assert refused.value.reason is Reason.NOT_FOUND


def test_a_custom_resource_is_validated_by_its_definition(cluster: FakeApiServer) -> None:
    cluster.create(definition(), ME)
    assert cluster.scope("demo.example/v1", "Widget") is Scope.NAMESPACED
    cluster.create(widget(port="http", free={"anything": [1]}), ME)
    message = refusal(cluster, widget("two", siez=2), Reason.INVALID)
    assert '.spec.siez: field not declared in schema (did you mean "size"?)' in message
    assert "less than the minimum of 1" in refusal(cluster, widget("two", size=0), Reason.INVALID)


def test_deleting_a_definition_deletes_its_resources(cluster: FakeApiServer) -> None:
    cluster.create(definition(), ME)
    cluster.create(widget(), ME)
    cluster.delete(Key.of(definition()))
    assert cluster.scope("demo.example/v1", "Widget") is None
    assert cluster.get(Key.of(widget())) is None


def test_an_update_keeps_the_identity_and_says_what_is_new(cluster: FakeApiServer) -> None:
    before = cluster.create(deployment(), ME)["metadata"]
    after = cluster.apply(deployment(replicas=3), ME)["metadata"]
    assert (after["uid"], after["creationTimestamp"]) == (before["uid"], before["creationTimestamp"])
    assert int(after["resourceVersion"]) > int(before["resourceVersion"])
    assert (before["generation"], after["generation"]) == (1, 2)


def test_applying_the_same_again_changes_nothing(cluster: FakeApiServer) -> None:
    created = cluster.create(deployment(), ME)
    assert cluster.apply(deployment(), ME) == created


def test_applying_takes_away_what_is_no_longer_said(cluster: FakeApiServer) -> None:
    cluster.create(named("v1", "ConfigMap", "settings", data={"a": "1", "b": "2"}), ME)
    assert cluster.apply(named("v1", "ConfigMap", "settings", data={"a": "1"}), ME)["data"] == {"a": "1"}


def test_two_field_managers_share_an_object(cluster: FakeApiServer) -> None:
    cluster.create(named("v1", "ConfigMap", "settings", data={"a": "1"}), ME)
    both = cluster.apply(named("v1", "ConfigMap", "settings", data={"b": "2"}), "other")
    assert both["data"] == {"a": "1", "b": "2"}
    assert cluster.apply(named("v1", "ConfigMap", "settings", data={"a": "0"}), ME)["data"] == {"a": "0", "b": "2"}
    assert cluster.apply(named("v1", "ConfigMap", "settings"), "other")["data"] == {"a": "0"}


def test_field_managers_that_disagree_conflict_unless_one_forces(cluster: FakeApiServer) -> None:
    cluster.create(named("v1", "ConfigMap", "settings", data={"a": "1"}), ME)
    other = named("v1", "ConfigMap", "settings", data={"a": "2"})
    with pytest.raises(ApiError, match=r'conflicts with "pulumi-kubernetes": \.data\.a') as refused:
        cluster.apply(other, "other")
    assert refused.value.reason is Reason.CONFLICT
    assert cluster.apply(other, "other", force=True)["data"] == {"a": "2"}


def test_a_workload_is_ready_at_once(cluster: FakeApiServer) -> None:
    status = cluster.create(deployment(replicas=3), ME)["status"]
    assert (status["readyReplicas"], status["observedGeneration"]) == (3, 1)
    assert [condition["type"] for condition in status["conditions"]] == ["Available", "Progressing"]


def test_helm_learns_the_kinds_that_the_cluster_has(cluster: FakeApiServer) -> None:
    assert {"v1", "apps/v1", "apps/v1/Deployment"} <= set(cluster.api_versions())
    cluster.create(definition(), ME)
    assert "demo.example/v1/Widget" in cluster.api_versions()


def test_objects_outlive_the_process(tmp_path: Path) -> None:
    first = fake_api_server(tmp_path)
    first.create(definition(), ME)
    first.create(widget(), ME)
    first.create(named("v1", "ConfigMap", "settings"), ME)
    first.delete(Key("v1", "ConfigMap", "default", "settings"))
    again = fake_api_server(tmp_path)
    assert again.get(Key.of(widget())) == first.get(Key.of(widget()))
    assert again.get(Key("v1", "ConfigMap", "default", "settings")) is None
    assert "is invalid" in refusal(again, widget("two", size=0), Reason.INVALID)
    newest = int(again.create(widget("three"), ME)["metadata"]["resourceVersion"])
    assert newest > int(first.list_objects("demo.example/v1", "Widget")[0]["metadata"]["resourceVersion"])


def test_a_kill_in_the_middle_of_a_write_leaves_whole_objects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = fake_api_server(tmp_path)
    cluster.create(named("v1", "ConfigMap", "settings", data={"a": "old"}), ME)
    monkeypatch.setattr("azure_rehearsal.kubernetes.fake.store.Path.replace", _killed)
    with pytest.raises(KeyboardInterrupt):
        cluster.apply(named("v1", "ConfigMap", "settings", data={"a": "new"}), ME)
    left = fake_api_server(tmp_path).get(Key("v1", "ConfigMap", "default", "settings"))
    assert left
    assert left["data"] == {"a": "old"}


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_file_that_a_person_broke_is_named(tmp_path: Path) -> None:
    fake_api_server(tmp_path).create(named("v1", "ConfigMap", "settings"), ME)
    file = next(tmp_path.rglob("settings.json"))
    file.write_text("{")
    with pytest.raises(ValueError, match=r"settings\.json is not JSON"):
        fake_api_server(tmp_path)


def test_clusters_are_told_apart_by_their_creation(tmp_path: Path) -> None:
    directory = Directory()
    clusters = FakeClusters.open(tmp_path, directory)
    first = clusters.by_server(SERVER)
    assert first
    first.create(deployment(), ME)
    directory.clusters[SERVER] = Identity("rg/aks#2", "aks", "1.36")
    second = clusters.by_server(SERVER)
    assert second
    assert second.list_objects("apps/v1", "Deployment") == []
    clusters.forget("rg/aks#1")
    directory.clusters[SERVER] = Identity("rg/aks#1", "aks", "1.36")
    third = clusters.by_server(SERVER)
    assert third
    assert third.list_objects("apps/v1", "Deployment") == []


def test_an_upgrade_of_the_cluster_changes_the_kinds_and_keeps_the_objects(tmp_path: Path) -> None:
    directory = Directory()
    directory.clusters[SERVER] = Identity("rg/aks#1", "aks", "1.30")
    clusters = FakeClusters.open(tmp_path, directory)
    old = clusters.by_server(SERVER)
    assert old
    old.create(deployment(), ME)
    policy = ("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy")
    assert old.scope(*policy) is None
    directory.clusters[SERVER] = Identity("rg/aks#1", "aks", "1.36")
    new = clusters.by_server(SERVER)
    assert new
    assert new.scope(*policy) is Scope.CLUSTER
    assert len(new.list_objects("apps/v1", "Deployment")) == 1


def test_nobody_answers_at_an_unknown_address(clusters: FakeClusters) -> None:
    assert clusters.by_server("https://elsewhere.example") is None


def test_writes_from_many_threads_are_all_kept(tmp_path: Path) -> None:
    cluster = fake_api_server(tmp_path)
    threads = [
        threading.Thread(target=cluster.create, args=(named("v1", "ConfigMap", f"c{number}"), ME))
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
