from __future__ import annotations

import copy
from typing import Any

import pytest

from azure_rehearsal.kubernetes.immutable_fields import immutable_field_errors, requires_replacement
from simulator_tests.kubernetes.support import deployment, named

CLAIM = named("v1", "PersistentVolumeClaim", "data", spec={"accessModes": ["ReadWriteOnce"], "resources": {}})
SET = named("apps/v1", "StatefulSet", "redis", spec={"serviceName": "redis", "replicas": 1})
CLASS = named("storage.k8s.io/v1", "StorageClass", "fast", provisioner="disk.csi.azure.com", parameters={"a": "b"})
PRIORITY = named("scheduling.k8s.io/v1", "PriorityClass", "calls", value=1)
BINDING = named("rbac.authorization.k8s.io/v1", "RoleBinding", "b", roleRef={"kind": "Role", "name": "a"})
JOB = named("batch/v1", "Job", "migrate", spec={"template": {"spec": {"containers": []}}, "parallelism": 1})
SERVICE = named("v1", "Service", "edge", spec={"clusterIP": "10.0.0.9", "ports": [{"port": 1}]})


def changed(item: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    result = copy.deepcopy(item)
    inner = result
    *parents, last = path.split(".")
    for name in parents:
        inner = inner[name]
    inner[last] = value
    return result


@pytest.mark.parametrize(
    ("item", "path", "value"),
    [
        (deployment(), "spec.selector", {"matchLabels": {"app": "other"}}),
        (SERVICE, "spec.clusterIP", "10.0.0.10"),
        (SET, "spec.serviceName", "other"),
        (CLAIM, "spec.accessModes", ["ReadWriteMany"]),
        (CLASS, "parameters", {"a": "c"}),
        (CLASS, "provisioner", "file.csi.azure.com"),
        (CLASS, "volumeBindingMode", "WaitForFirstConsumer"),
        (PRIORITY, "value", 2),
        (BINDING, "roleRef", {"kind": "Role", "name": "other"}),
        (JOB, "spec.template", {"spec": {"containers": [1]}}),
        (named("v1", "Secret", "s", type="Opaque"), "type", "kubernetes.io/tls"),
    ],
)
def test_the_server_refuses_a_change_of_an_immutable_field(item: dict[str, Any], path: str, value: Any) -> None:
    (problem,) = immutable_field_errors(item, changed(item, path, value))
    assert problem.startswith(f".{path}: Forbidden: ")


@pytest.mark.parametrize(
    ("item", "path", "value"),
    [
        (deployment(), "spec.replicas", 9),
        (SET, "spec.replicas", 9),
        (CLAIM, "spec.resources", {"requests": {"storage": "2Gi"}}),
        (CLASS, "allowVolumeExpansion", True),
        (CLASS, "reclaimPolicy", "Delete"),
        (CLASS, "volumeBindingMode", "Immediate"),
        (PRIORITY, "description", "calls"),
        (PRIORITY, "preemptionPolicy", "PreemptLowerPriority"),
        (JOB, "spec.parallelism", 4),
    ],
)
def test_the_server_accepts_changes_of_mutable_fields_and_explicit_defaults(
    item: dict[str, Any], path: str, value: Any
) -> None:
    assert immutable_field_errors(item, changed(item, path, value)) == []


def test_an_immutable_config_map_cannot_change_or_become_mutable() -> None:
    item = named("v1", "ConfigMap", "settings", data={"a": "1"}, immutable=True)
    assert immutable_field_errors(item, changed(item, "data", {"a": "2"})) == [
        ".data: Forbidden: field is immutable when `immutable` is set"
    ]
    assert immutable_field_errors(item, changed(item, "immutable", False)) == [
        ".immutable: Forbidden: field is immutable when `immutable` is set"
    ]


@pytest.mark.parametrize(
    ("item", "path"),
    [
        (deployment(), ("metadata", "name")),
        (deployment(), ("metadata", "namespace")),
        (deployment(), ("spec", "selector", "matchLabels", "app")),
        (SET, ("spec", "volumeClaimTemplates", 0, "spec")),
        (SERVICE, ("spec", "clusterIP")),
        (CLASS, ("parameters", "skuname")),
        (JOB, ("spec", "template", "spec", "containers", 0, "image")),
        (BINDING, ("roleRef", "name")),
        (CLAIM, ("spec", "storageClassName")),
    ],
)
def test_the_provider_replaces_on_a_change_of_an_immutable_field(
    item: dict[str, Any], path: tuple[str | int, ...]
) -> None:
    assert requires_replacement(item, path, config_maps_mutable=False, secrets_mutable=False)


@pytest.mark.parametrize(
    ("item", "path"),
    [
        (deployment(), ("spec", "replicas")),
        (deployment(), ("metadata", "labels", "app")),
        (deployment(), ("spec", "template", "spec", "containers", 0, "image")),
        (CLAIM, ("spec", "resources", "requests", "storage")),
        (PRIORITY, ("value",)),
        (CLASS, ("reclaimPolicy",)),
    ],
)
def test_the_provider_updates_in_place(item: dict[str, Any], path: tuple[str | int, ...]) -> None:
    assert not requires_replacement(item, path, config_maps_mutable=False, secrets_mutable=False)


@pytest.mark.parametrize(("kind", "setting"), [("ConfigMap", "config_maps_mutable"), ("Secret", "secrets_mutable")])
def test_changed_data_is_a_replacement_unless_the_provider_setting_allows_updates(kind: str, setting: str) -> None:
    switches = {"config_maps_mutable": False, "secrets_mutable": False}
    item = named("v1", kind, "settings", data={"a": "1"})
    assert requires_replacement(item, ("data", "a"), **switches)
    assert not requires_replacement(item, ("data", "a"), **{**switches, setting: True})
    assert requires_replacement({**item, "immutable": True}, ("data", "a"), **{**switches, setting: True})


def test_a_changed_secret_type_is_always_a_replacement() -> None:
    item = named("v1", "Secret", "s", type="Opaque")
    assert requires_replacement(item, ("type",), config_maps_mutable=True, secrets_mutable=True)
