"""Which fields of an object cannot change in place.

Two lists apply, and they differ: the API server refuses an update of a protected field, and the kubernetes provider
replaces the object. A field that only the server protects (the value of a PriorityClass) fails `pulumi preview` and
needs `replace_on_changes`. A field that the provider replaces is never sent as an update.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from azure_rehearsal.kubernetes.cluster import Object, group_of

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class _Rule:
    """Protects `fields`; with `within`, protects every field of that section except those in `only`."""

    fields: tuple[str, ...] = ()
    within: str = ""
    only: tuple[str, ...] = ()
    message: str = "field is immutable"


_POD_MUTABLE: Final = ("activeDeadlineSeconds", "tolerations", "ephemeralContainers", "schedulingGates")
_VOLUME_MUTABLE: Final = [
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeMode",
    "volumeAttributesClassName",
]
_STATEFUL_SET_MUTABLE: Final = [
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
]

_SERVER: Final[dict[tuple[str, str], tuple[_Rule, ...]]] = {
    ("", "PersistentVolume"): (
        _Rule(within="spec", only=tuple(_VOLUME_MUTABLE), message="the volume source is immutable after creation"),
    ),
    ("", "PersistentVolumeClaim"): (
        _Rule(
            within="spec",
            only=("resources", "volumeAttributesClassName"),
            message="spec is immutable after creation except resources.requests and volumeAttributesClassName",
        ),
    ),
    ("", "Pod"): (
        _Rule(
            within="spec",
            only=(*_POD_MUTABLE, "containers", "initContainers"),
            message="pod updates may not change this field",
        ),
    ),
    ("", "ResourceQuota"): (_Rule(("spec.scopes",)),),
    ("", "Secret"): (_Rule(("type",)),),
    ("", "Service"): (_Rule(("spec.clusterIP",)),),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (_Rule(("spec.group", "spec.names.kind", "spec.scope")),),
    ("apps", "DaemonSet"): (_Rule(("spec.selector",)),),
    ("apps", "Deployment"): (_Rule(("spec.selector",)),),
    ("apps", "ReplicaSet"): (_Rule(("spec.selector",)),),
    ("apps", "StatefulSet"): (
        _Rule(
            within="spec",
            only=tuple(_STATEFUL_SET_MUTABLE),
            message="updates to statefulset spec for fields other than "
            f"{', '.join(_STATEFUL_SET_MUTABLE)} are forbidden",
        ),
    ),
    ("batch", "Job"): (_Rule(("spec.completionMode", "spec.podFailurePolicy", "spec.selector", "spec.template")),),
    ("networking.k8s.io", "IngressClass"): (_Rule(("spec.controller",)),),
    ("node.k8s.io", "RuntimeClass"): (_Rule(("handler",)),),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): (_Rule(("roleRef",), message="cannot change roleRef"),),
    ("rbac.authorization.k8s.io", "RoleBinding"): (_Rule(("roleRef",), message="cannot change roleRef"),),
    ("scheduling.k8s.io", "PriorityClass"): (
        _Rule(("value", "preemptionPolicy"), message="may not be changed in an update."),
    ),
    ("storage.k8s.io", "StorageClass"): (
        _Rule(
            ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"),
            message="updates to parameters, provisioner, reclaimPolicy and volumeBindingMode are forbidden.",
        ),
    ),
}
"""Source: `ValidateUpdate` of each kind in `pkg/apis/*/validation` of Kubernetes."""

_PROVIDER: Final[dict[tuple[str, str], tuple[_Rule, ...]]] = {
    ("", "PersistentVolume"): (_Rule(within="spec", only=tuple(_VOLUME_MUTABLE)),),
    ("", "PersistentVolumeClaim"): (
        _Rule(("spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName")),
    ),
    ("", "Pod"): (_Rule(within="spec", only=_POD_MUTABLE),),
    ("", "ResourceQuota"): (_Rule(("spec.scopes",)),),
    ("", "Service"): (_Rule(("spec.clusterIP",)),),
    ("apps", "DaemonSet"): (_Rule(("spec.selector",)),),
    ("apps", "Deployment"): (_Rule(("spec.selector",)),),
    ("apps", "StatefulSet"): (
        _Rule(
            (
                "spec.podManagementPolicy",
                "spec.revisionHistoryLimit",
                "spec.selector",
                "spec.serviceName",
                "spec.volumeClaimTemplates",
            )
        ),
    ),
    ("batch", "Job"): (_Rule(("spec.completions", "spec.parallelism", "spec.selector", "spec.template")),),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): (_Rule(("roleRef",)),),
    ("rbac.authorization.k8s.io", "RoleBinding"): (_Rule(("roleRef",)),),
    ("storage.k8s.io", "StorageClass"): (_Rule(("parameters", "provisioner")),),
}
"""Source: `provider/pkg/provider/diff.go` of pulumi-kubernetes 4.32."""

_DEFAULTS: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("apps", "StatefulSet"): {"spec.podManagementPolicy": "OrderedReady"},
    ("scheduling.k8s.io", "PriorityClass"): {"preemptionPolicy": "PreemptLowerPriority"},
    ("storage.k8s.io", "StorageClass"): {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"},
}
"""Server-side defaults of immutable fields: stating a default explicitly is not a change."""

_IDENTITY: Final = _Rule(("metadata.name", "metadata.namespace"))
_DATA_KINDS: Final = {"ConfigMap": ("data", "binaryData"), "Secret": ("data", "stringData", "type")}


def immutable_field_errors(old: Object, new: Object) -> list[str]:
    """The API server's errors about an update, each as `path: reason`; empty when it accepts the update."""
    group, kind = group_of(old["apiVersion"]), old["kind"]
    problems = [
        f".{'.'.join(str(part) for part in path)}: Forbidden: {rule.message}"
        for rule in _SERVER.get((group, kind), ())
        for path in _changed_paths(rule, old, new)
    ]
    if not group and kind in _DATA_KINDS and old.get("immutable"):
        changed = [field for field in (*_DATA_KINDS[kind], "immutable") if old.get(field) != new.get(field)]
        problems += [f".{field}: Forbidden: field is immutable when `immutable` is set" for field in changed]
    return problems


def requires_replacement(item: Object, path: Path, config_maps_mutable: bool, secrets_mutable: bool) -> bool:
    """Whether a change at `path` in the inputs `item` makes the provider replace the object."""
    group, kind = group_of(item["apiVersion"]), item["kind"]
    rules = [_IDENTITY]
    if not group and kind in _DATA_KINDS:
        mutable = config_maps_mutable if kind == "ConfigMap" else secrets_mutable
        if not mutable or item.get("immutable"):
            rules.append(_Rule(_DATA_KINDS[kind]))
        elif kind == "Secret":
            rules.append(_Rule(("type",)))
    rules += _PROVIDER.get((group, kind), ())
    return any(_applies_to(rule, path) for rule in rules)


def _applies_to(rule: _Rule, path: Path) -> bool:
    if rule.within:
        return path[0] == rule.within and (len(path) == 1 or path[1] not in rule.only)
    for field in rule.fields:
        parts = tuple(field.split("."))
        shorter = min(len(parts), len(path))
        if path[:shorter] == parts[:shorter]:
            return True
    return False


def _changed_paths(rule: _Rule, old: Object, new: Object) -> Iterator[Path]:
    paths: list[Path]
    if rule.within:
        names = {**(old.get(rule.within) or {}), **(new.get(rule.within) or {})}
        paths = [(rule.within, name) for name in sorted(names) if name not in rule.only]
    else:
        paths = [tuple(field.split(".")) for field in rule.fields]
    defaults = _DEFAULTS.get((group_of(old["apiVersion"]), old["kind"]), {})
    for path in paths:
        default = defaults.get(".".join(str(part) for part in path))
        if _at(old, path, default) != _at(new, path, default):
            yield path


def _at(item: Object, path: Path, default: Any) -> Any:
    value: Any = item
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return default if value is None else value
