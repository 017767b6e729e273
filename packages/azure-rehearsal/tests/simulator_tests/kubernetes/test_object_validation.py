"""Validation and admission by a fake API server, beyond the schemas."""

from __future__ import annotations

import pytest

from azure_rehearsal.kubernetes.cluster import Reason
from azure_rehearsal.kubernetes.fake.fake_api_server import FakeApiServer
from simulator_tests.kubernetes.support import MANAGER, deployment, named, refusal


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
def test_an_invalid_name_is_refused(cluster: FakeApiServer, kind: str, name: str, says: str) -> None:
    item = named("v1", kind, name)
    if kind == "Service":
        item["spec"] = {"ports": [{"port": 80}]}
    assert says in refusal(cluster, item, Reason.INVALID)


def test_role_names_may_contain_colons(cluster: FakeApiServer) -> None:
    cluster.create(named("rbac.authorization.k8s.io/v1", "ClusterRole", "shop:Reader", rules=[]), MANAGER)


@pytest.mark.parametrize("label", ["pod-security.kubernetes.io/enforce", "pod-security.kubernetes.io/warn"])
def test_an_unknown_pod_security_level_is_refused(cluster: FakeApiServer, label: str) -> None:
    namespace = named("v1", "Namespace", "shop")
    namespace["metadata"]["labels"] = {label: "strict"}
    message = refusal(cluster, namespace, Reason.INVALID)
    assert f'.metadata.labels[{label}]: Invalid value: "strict": must be one of privileged, baseline' in message
    namespace["metadata"]["labels"] = {label: "restricted", f"{label}-version": "v1.36"}
    cluster.create(namespace, MANAGER)


def test_an_invalid_label_is_refused(cluster: FakeApiServer) -> None:
    item = named("v1", "ConfigMap", "settings")
    item["metadata"]["labels"] = {"team": "shop platform", "-x": "y"}
    message = refusal(cluster, item, Reason.INVALID)
    assert '.metadata.labels[team]: Invalid value: "shop platform"' in message
    assert '.metadata.labels: Invalid value: "-x"' in message


def test_secret_data_that_is_not_base64_is_refused(cluster: FakeApiServer) -> None:
    item = named("v1", "Secret", "token", data={"a": "not base64!"})
    assert ".data[a]: Invalid value: illegal base64 data" in refusal(cluster, item, Reason.INVALID)


def test_a_config_map_larger_than_a_mebibyte_is_refused(cluster: FakeApiServer) -> None:
    item = named("v1", "ConfigMap", "large", data={"a": "x" * (1024 * 1024 + 1)})
    assert ".data: Too long" in refusal(cluster, item, Reason.INVALID)


def test_a_selector_that_does_not_match_the_pod_template_is_refused(cluster: FakeApiServer) -> None:
    item = deployment(selector={"matchLabels": {"app": "other"}})
    assert "`selector` {'app': 'other'} does not match template `labels`" in refusal(cluster, item, Reason.INVALID)


def test_a_mount_of_a_missing_volume_is_refused(cluster: FakeApiServer) -> None:
    item = deployment()
    item["spec"]["template"]["spec"]["containers"][0]["volumeMounts"] = [{"name": "config", "mountPath": "/etc/x"}]
    path = ".spec.template.spec.containers[0].volumeMounts[0].name"
    assert f'{path}: Not found: "config"' in refusal(cluster, item, Reason.INVALID)


def test_a_service_with_unnamed_or_duplicate_ports_is_refused(cluster: FakeApiServer) -> None:
    ports = [{"port": 5000, "protocol": "UDP", "name": "stream"}, {"port": 5000, "protocol": "TCP"}]
    message = refusal(cluster, named("v1", "Service", "edge", spec={"ports": ports}), Reason.INVALID)
    assert "every port needs a name" in message
    ports[1] = {"port": 5000, "protocol": "UDP", "name": "stream-again"}
    message = refusal(cluster, named("v1", "Service", "edge", spec={"ports": ports}), Reason.INVALID)
    assert '.spec.ports: Duplicate value: "5000/UDP"' in message


def test_a_priority_class_with_a_reserved_name_or_too_high_a_value_is_refused(cluster: FakeApiServer) -> None:
    api = "scheduling.k8s.io/v1"
    assert "reserved" in refusal(cluster, named(api, "PriorityClass", "system-shop", value=1), Reason.INVALID)
    assert "1000000000" in refusal(cluster, named(api, "PriorityClass", "shop", value=1_000_000_001), Reason.INVALID)


def test_a_second_default_priority_class_is_refused(cluster: FakeApiServer) -> None:
    api = "scheduling.k8s.io/v1"
    cluster.create(named(api, "PriorityClass", "first", value=1, globalDefault=True), MANAGER)
    second = named(api, "PriorityClass", "second", value=2, globalDefault=True)
    assert "first is already marked as default" in refusal(cluster, second, Reason.FORBIDDEN)


def test_admission_checks_references_of_pods_but_not_of_templates(cluster: FakeApiServer) -> None:
    spec = {"containers": [{"name": "main", "image": "x"}], "serviceAccountName": "edge", "priorityClassName": "calls"}
    message = refusal(cluster, named("v1", "Pod", "edge", spec=spec), Reason.FORBIDDEN)
    assert message == 'pods "edge" is forbidden: no ServiceAccount with name "edge" was found'
    cluster.create(named("v1", "ServiceAccount", "edge"), MANAGER)
    message = refusal(cluster, named("v1", "Pod", "edge", spec=spec), Reason.FORBIDDEN)
    assert message == 'pods "edge" is forbidden: no PriorityClass with name "calls" was found'
    template = {"metadata": {"labels": {"app": "edge"}}, "spec": {**spec, "serviceAccountName": "missing"}}
    cluster.create(deployment(template=template), MANAGER)
