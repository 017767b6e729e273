"""The built-in kinds of a Kubernetes version, and strict validation of objects against their schemas.

The schemas come from `kubernetes-validate`, one set for each minor version, with unknown fields refused
(`-local-strict`). `constraints.yaml` adds value constraints that the published schemas omit.
"""

from __future__ import annotations

import difflib
import functools
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from kubernetes_validate.utils import all_versions, major_minor, schema_contents
from packaging.version import Version
from referencing import Registry, Resource

from azure_rehearsal.kubernetes.cluster import Object, Scope

_DEFINITIONS_URL: Final = "https://kubernetes.io/api/_definitions.json"
_METADATA: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_CONSTRAINTS: Final = Path(__file__).with_name("constraints.yaml")

CLUSTER_SCOPED: Final = frozenset(
    [
        "APIService",
        "CSIDriver",
        "CSINode",
        "CertificateSigningRequest",
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterTrustBundle",
        "ComponentStatus",
        "CustomResourceDefinition",
        "DeviceClass",
        "DeviceTaintRule",
        "FlowSchema",
        "IPAddress",
        "IngressClass",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "ResourcePoolStatusRequest",
        "ResourceSlice",
        "RuntimeClass",
        "SelfSubjectAccessReview",
        "SelfSubjectReview",
        "SelfSubjectRulesReview",
        "ServiceCIDR",
        "StorageClass",
        "StorageVersion",
        "StorageVersionMigration",
        "SubjectAccessReview",
        "TokenReview",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttachment",
        "VolumeAttributesClass",
    ]
)
"""Cluster-scoped built-in kinds; the schemas do not state the scope."""


class BuiltinKinds:
    """The built-in kinds of one Kubernetes minor version. Use `builtin_kinds`, which caches them."""

    def __init__(self, version: str) -> None:
        folder = f"kubernetes-json-schema/v{_schema_version(version)}-local-strict"
        document = schema_contents(f"{folder}/_definitions.json", version)
        definitions = document["$defs"]
        _add_constraints(definitions)
        self._definitions: dict[tuple[str, str], str] = dict(_served_by_default(definitions))
        self._registry = Registry().with_resource(_DEFINITIONS_URL, Resource.from_contents(document)).crawl()
        self._validators: dict[str, Validator] = {}

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """Every `(apiVersion, kind)`."""
        return sorted(self._definitions)

    def scope(self, api_version: str, kind: str) -> Scope | None:
        """The scope of a kind; `None` when this version does not have it."""
        if (api_version, kind) not in self._definitions:
            return None
        return Scope.CLUSTER if kind in CLUSTER_SCOPED else Scope.NAMESPACED

    def problems(self, item: Object) -> list[str]:
        """The schema's errors about an object of a built-in kind, each as `path: reason`."""
        definition = self._definitions[item["apiVersion"], item["kind"]]
        return messages(self._validator(definition).iter_errors(item))

    def metadata_problems(self, metadata: Any) -> list[str]:
        """The errors about `metadata`, whose schema all kinds share."""
        return messages(self._validator(_METADATA).iter_errors(metadata), prefix="metadata")

    def _validator(self, definition: str) -> Validator:
        if definition not in self._validators:
            schema = {"$ref": f"{_DEFINITIONS_URL}#/$defs/{definition}"}
            self._validators[definition] = Draft202012Validator(schema, registry=self._registry)
        return self._validators[definition]


@functools.cache
def builtin_kinds(version: str) -> BuiltinKinds:
    """The built-in kinds of a Kubernetes version (`1.36`, `1.36.2`)."""
    return BuiltinKinds(version)


def messages(errors: Iterable[ValidationError], prefix: str = "") -> list[str]:
    """Validation errors in the API server's style, one line each: `.spec.replicas: …`."""
    lines = [
        f"{path_of([*([prefix] if prefix else []), *error.absolute_path, *extra])}: {reason}"
        for error in errors
        for extra, reason in _reasons(error)
    ]
    return sorted(set(lines))


def _reasons(error: ValidationError) -> Iterator[tuple[list[Any], str]]:
    """`(further path, reason)` for each cause of an error: an object with two unknown fields has two."""
    if error.validator == "additionalProperties" and error.validator_value is False:
        known = list(error.schema.get("properties", {})) if isinstance(error.schema, Mapping) else []
        for name in sorted(set(error.instance) - set(known)):
            close = difflib.get_close_matches(name, known, n=1)
            yield [name], "field not declared in schema" + (f' (did you mean "{close[0]}"?)' if close else "")
    elif error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance:
                yield [name], "Required value"
    elif error.validator == "enum":
        allowed = ", ".join(f'"{value}"' for value in error.validator_value if value is not None)
        yield [], f'Unsupported value: "{error.instance}": supported values: {allowed}'
    elif error.validator == "type":
        yield [], f"Invalid value: {error.instance!r}: must be {_types(error.validator_value)}"
    elif error.validator in ("oneOf", "anyOf") and all("type" in option for option in error.validator_value):
        schema = error.schema if isinstance(error.schema, Mapping) else {}
        allowed = schema.get("title") or " or ".join(_types(option["type"]) for option in error.validator_value)
        yield [], f"Invalid value: {error.instance!r}: must be {allowed}"
    elif error.validator in ("oneOf", "anyOf", "not"):
        yield [], f"Invalid value: does not satisfy {error.validator} {json.dumps(error.validator_value)} of its schema"
    else:
        yield [], f"Invalid value: {error.message}"


def _types(types: str | list[str]) -> str:
    return " or ".join(name for name in ([types] if isinstance(types, str) else types) if name != "null")


def path_of(parts: Iterable[Any]) -> str:
    """A path in the API server's notation: `.spec.ports[0].name`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)


def _schema_version(version: str) -> str:
    """The schema set of a Kubernetes version; without one, the newest of an older version, else the oldest."""
    available = {Version(major_minor(name)): name for name in all_versions()}
    older = [known for known in available if known <= Version(major_minor(version))]
    return available[max(older) if older else min(available)]


def _served_by_default(definitions: dict[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    """The kinds that an API server offers in its default configuration.

    Excludes lists, option and event types of the protocol, and alpha and beta versions, which are off by default (beta
    since 1.24).
    """
    for name, definition in definitions.items():
        kinds = definition.get("x-kubernetes-group-version-kind", [])
        if len(kinds) != 1 or "metadata" not in definition.get("properties", {}):
            continue
        group, version, kind = kinds[0]["group"], kinds[0]["version"], kinds[0]["kind"]
        if kind.endswith("List") or "alpha" in version or "beta" in version:
            continue
        yield (f"{group}/{version}" if group else version, kind), name


def _add_constraints(definitions: dict[str, Any]) -> None:
    for name, properties in yaml.safe_load(_CONSTRAINTS.read_text()).items():
        if name not in definitions:
            continue
        for field, constraint in properties.items():
            if field == "$self":
                definitions[name] = constraint
            else:
                _constrain(definitions[name]["properties"][field], constraint)


def _constrain(schema: dict[str, Any], constraint: dict[str, Any]) -> None:
    """Adds keywords to a property's schema. Null stays allowed: everywhere in the API it means an absent value."""
    for keyword, value in constraint.items():
        if keyword == "items":
            _constrain(schema["items"], value)
        elif keyword == "enum" and "null" in schema.get("type", ()):
            schema["enum"] = [*value, None]
        else:
            schema[keyword] = value
