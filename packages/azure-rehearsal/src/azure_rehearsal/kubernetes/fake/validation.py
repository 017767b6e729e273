"""The API server's checks of an object beyond its schema: names, labels, and consistency within the object.

The rules are those of `k8s.io/apimachinery/pkg/util/validation` and `pkg/apis/*/validation` of Kubernetes. Each check
returns lines of `path: reason`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from azure_rehearsal.kubernetes.cluster import Object, group_of

_LABEL_NAME: Final = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_LABEL_LENGTH: Final = 63
_ANNOTATIONS_BYTES: Final = 256 * 1024
_DATA_BYTES: Final = 1024 * 1024
_DATA_KEY: Final = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_SYSTEM_PRIORITY: Final = "system-"
_HIGHEST_USER_PRIORITY: Final = 1_000_000_000
_POD_SECURITY: Final = "pod-security.kubernetes.io/"
_POD_SECURITY_LEVELS: Final = ("privileged", "baseline", "restricted")
_POD_SECURITY_VERSION: Final = re.compile(r"latest|v1\.(0|[1-9][0-9]*)")


@dataclass(frozen=True)
class _NameRule:
    pattern: re.Pattern[str]
    max_length: int
    message: str


_SUBDOMAIN: Final = _NameRule(
    re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"),
    253,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com')",
)
_LABEL: Final = _NameRule(
    re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"),
    63,
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric character (e.g. 'my-name')",
)
_SERVICE_LABEL: Final = _NameRule(
    re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?"),
    63,
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end with an alphanumeric character (e.g. 'my-name')",
)
_PATH_SEGMENT: Final = _NameRule(
    re.compile(r"(?!\.{1,2}$)[^/%]+"), 253, "may not be '.' or '..', nor contain '/' or '%'"
)
_CRON_JOB: Final = _NameRule(_SUBDOMAIN.pattern, 52, _SUBDOMAIN.message)

_NAME_RULES: Final[dict[tuple[str, str], _NameRule]] = {
    ("", "Namespace"): _LABEL,
    ("", "Service"): _SERVICE_LABEL,
    ("batch", "CronJob"): _CRON_JOB,
    **{
        ("rbac.authorization.k8s.io", kind): _PATH_SEGMENT
        for kind in ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")
    },
}
"""Kinds whose names are not plain DNS subdomains."""


def object_problems(item: Object) -> list[str]:
    """All errors of one object, independent of other objects. The object must match its schema."""
    metadata = item["metadata"]
    problems = [*_name_problems(item), *_label_problems(metadata.get("labels") or {}, ".metadata.labels")]
    problems += _annotation_problems(metadata.get("annotations") or {})
    for check in _CHECKS.get((group_of(item["apiVersion"]), item["kind"]), ()):
        problems += check(item)
    return problems


def _name_problems(item: Object) -> Iterator[str]:
    name = item["metadata"].get("name") or ""
    rule = _NAME_RULES.get((group_of(item["apiVersion"]), item["kind"]), _SUBDOMAIN)
    if not name:
        yield ".metadata.name: Required value: name or generateName is required"
    elif len(name) > rule.max_length:
        yield f'.metadata.name: Invalid value: "{name}": must be no more than {rule.max_length} characters'
    elif not rule.pattern.fullmatch(name):
        yield f'.metadata.name: Invalid value: "{name}": {rule.message}'


def _qualified_name_problem(key: str) -> str | None:
    prefix, slash, name = key.rpartition("/")
    if slash and not (_SUBDOMAIN.pattern.fullmatch(prefix) and len(prefix) <= _SUBDOMAIN.max_length):
        return f"prefix part {_SUBDOMAIN.message}"
    if not _LABEL_NAME.fullmatch(name) or len(name) > _LABEL_LENGTH:
        return (
            f"name part must be no more than {_LABEL_LENGTH} characters, consist of alphanumeric characters, '-', '_' "
            "or '.', and must start and end with an alphanumeric character"
        )
    return None


def _label_problems(labels: dict[str, Any], path: str) -> Iterator[str]:
    for key, value in labels.items():
        if (reason := _qualified_name_problem(key)) is not None:
            yield f'{path}: Invalid value: "{key}": {reason}'
        if value and (len(value) > _LABEL_LENGTH or not _LABEL_NAME.fullmatch(value)):
            yield (
                f'{path}[{key}]: Invalid value: "{value}": a valid label must be empty or at most {_LABEL_LENGTH} '
                "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
            )


def _annotation_problems(annotations: dict[str, Any]) -> Iterator[str]:
    for key in annotations:
        if (reason := _qualified_name_problem(key.lower())) is not None:
            yield f'.metadata.annotations: Invalid value: "{key}": {reason}'
    size = sum(len(key.encode()) + len((value or "").encode()) for key, value in annotations.items())
    if size > _ANNOTATIONS_BYTES:
        yield f".metadata.annotations: Too long: may not be more than {_ANNOTATIONS_BYTES} bytes, these are {size}"


def _namespace_problems(item: Object) -> Iterator[str]:
    labels = item["metadata"].get("labels") or {}
    for mode in ("enforce", "audit", "warn"):
        level = labels.get(f"{_POD_SECURITY}{mode}")
        if level is not None and level not in _POD_SECURITY_LEVELS:
            allowed = ", ".join(_POD_SECURITY_LEVELS)
            yield f'.metadata.labels[{_POD_SECURITY}{mode}]: Invalid value: "{level}": must be one of {allowed}'
        version = labels.get(f"{_POD_SECURITY}{mode}-version")
        if version is not None and not _POD_SECURITY_VERSION.fullmatch(version):
            label = f"{_POD_SECURITY}{mode}-version"
            yield f'.metadata.labels[{label}]: Invalid value: "{version}": must be "latest" or "v1.x"'


def _data_problems(item: Object) -> Iterator[str]:
    """ConfigMaps and Secrets: keys, total size, and base64 encoding."""
    encoded = {**(item.get("binaryData") or {})} if item["kind"] == "ConfigMap" else {**(item.get("data") or {})}
    plain = {**(item.get("data") or {})} if item["kind"] == "ConfigMap" else {}
    for key in [*plain, *encoded]:
        if not _DATA_KEY.fullmatch(key) or key in (".", ".."):
            yield (
                f".data[{key}]: Invalid value: a valid config key must consist of alphanumeric characters, '-', '_' or "
                "'.' and be no more than 253 characters"
            )
    size = sum(len(value.encode()) for value in plain.values() if value)
    for key, value in encoded.items():
        try:
            size += len(base64.b64decode(value or "", validate=True))
        except binascii.Error as error:
            yield f".data[{key}]: Invalid value: illegal base64 data ({error}); plain text belongs in stringData"
    if size > _DATA_BYTES:
        yield f".data: Too long: may not be more than {_DATA_BYTES} bytes, this is {size}"


def _priority_class_problems(item: Object) -> Iterator[str]:
    name, value = item["metadata"]["name"], item.get("value") or 0
    if name.startswith(_SYSTEM_PRIORITY):
        yield f'.metadata.name: Forbidden: names with the prefix "{_SYSTEM_PRIORITY}" are reserved for system use'
    if value > _HIGHEST_USER_PRIORITY:
        yield f".value: Forbidden: maximum allowed value of a user defined priority is {_HIGHEST_USER_PRIORITY}"


def _selector_problems(item: Object) -> Iterator[str]:
    """Deployments, StatefulSets, DaemonSets: the selector must match the labels of the pod template."""
    spec = item.get("spec")
    if not spec:
        yield ".spec: Required value"
        return
    wanted = spec["selector"].get("matchLabels") or {}
    labels = ((spec["template"].get("metadata") or {}).get("labels")) or {}
    if not wanted and not spec["selector"].get("matchExpressions"):
        yield f".spec.selector: Invalid value: empty selector is invalid for {item['kind']}"
    if any(labels.get(key) != value for key, value in wanted.items()):
        path = ".spec.template.metadata.labels"
        yield f"{path}: Invalid value: {labels}: `selector` {wanted} does not match template `labels`"
    yield from _label_problems(labels, ".spec.template.metadata.labels")


def _pod_template_problems(path: str, pod_spec: Object) -> Iterator[str]:
    volumes = [volume["name"] for volume in pod_spec.get("volumes") or []]
    containers = [
        (f"{path}.{field}[{index}]", container)
        for field in ("initContainers", "containers")
        for index, container in enumerate(pod_spec.get(field) or [])
    ]
    yield from _duplicates(f"{path}.volumes", volumes)
    yield from _duplicates(f"{path}.containers", [container["name"] for _, container in containers])
    for where, container in containers:
        for index, mount in enumerate(container.get("volumeMounts") or []):
            if mount["name"] not in volumes:
                yield f'{where}.volumeMounts[{index}].name: Not found: "{mount["name"]}"'
        yield from _duplicates(
            f"{where}.volumeMounts", [mount["mountPath"] for mount in container.get("volumeMounts") or []]
        )
        if pod_spec.get("hostNetwork"):
            for index, port in enumerate(container.get("ports") or []):
                if port.get("hostPort") and port["hostPort"] != port["containerPort"]:
                    yield (
                        f"{where}.ports[{index}].containerPort: Invalid value: {port['containerPort']}: must match "
                        "`hostPort` when `hostNetwork` is true"
                    )


def _duplicates(path: str, names: list[str]) -> Iterator[str]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f'{path}: Duplicate value: "{name}"'


def _template_problems(item: Object) -> Iterator[str]:
    spec = item.get("spec") or {}
    if not (spec.get("template") or {}).get("spec"):
        yield ".spec.template.spec: Required value"
        return
    yield from _pod_template_problems(".spec.template.spec", spec["template"]["spec"])


def _cron_job_problems(item: Object) -> Iterator[str]:
    pod_spec = (item.get("spec") or {}).get("jobTemplate", {}).get("spec", {}).get("template", {}).get("spec") or {}
    yield from _pod_template_problems(".spec.jobTemplate.spec.template.spec", pod_spec)


def _pod_problems(item: Object) -> Iterator[str]:
    yield from _pod_template_problems(".spec", item.get("spec") or {})


def _service_problems(item: Object) -> Iterator[str]:
    spec = item.get("spec") or {}
    ports = spec.get("ports") or []
    if not ports and spec.get("type") != "ExternalName" and spec.get("clusterIP") != "None":
        yield ".spec.ports: Required value"
    if len(ports) > 1 and not all(port.get("name") for port in ports):
        yield ".spec.ports: Required value: every port needs a name where a Service has several"
    yield from _duplicates(".spec.ports", [f"{port['port']}/{port.get('protocol') or 'TCP'}" for port in ports])
    yield from _duplicates(".spec.ports", [port["name"] for port in ports if port.get("name")])


def _disruption_budget_problems(item: Object) -> Iterator[str]:
    spec = item.get("spec") or {}
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        yield ".spec: Invalid value: minAvailable and maxUnavailable cannot be both set"


_CHECKS: Final[dict[tuple[str, str], tuple[Callable[[Object], Iterator[str]], ...]]] = {
    ("", "ConfigMap"): (_data_problems,),
    ("", "Namespace"): (_namespace_problems,),
    ("", "Pod"): (_pod_problems,),
    ("", "Secret"): (_data_problems,),
    ("", "Service"): (_service_problems,),
    ("apps", "DaemonSet"): (_selector_problems, _template_problems),
    ("apps", "Deployment"): (_selector_problems, _template_problems),
    ("apps", "StatefulSet"): (_selector_problems, _template_problems),
    ("batch", "CronJob"): (_cron_job_problems,),
    ("batch", "Job"): (_template_problems,),
    ("policy", "PodDisruptionBudget"): (_disruption_budget_problems,),
    ("scheduling.k8s.io", "PriorityClass"): (_priority_class_problems,),
}
