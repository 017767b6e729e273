"""Custom resources: strict validation against the schema of the CustomResourceDefinition in the cluster.

CRDs from the catalog are stored as outlines (`crd_catalog`) and their schemas are loaded lazily. CEL validation rules
(`x-kubernetes-validations`) are not evaluated and defaults are not filled in: only a real API server does both.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator

from azure_rehearsal.kubernetes.cluster import Object, Scope
from azure_rehearsal.kubernetes.crd_catalog import with_schemas
from azure_rehearsal.kubernetes.schemas import messages

CRD_API_VERSION: Final = "apiextensions.k8s.io/v1"
CRD_KIND: Final = "CustomResourceDefinition"

_PLAIN_KEYWORDS: Final = frozenset(
    [
        "enum",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "required",
        "uniqueItems",
    ]
)
_SERVER_FIELDS: Final = ("apiVersion", "kind", "metadata")


@dataclass(frozen=True)
class CustomKind:
    """One served version of a custom resource."""

    api_version: str
    kind: str
    scope: Scope
    definition: Object

    def problems(self, item: Object) -> list[str]:
        """The schema's errors about an object, each as `path: reason`. Ignores `metadata`."""
        if self._validator is None:
            return []
        without_metadata = {name: value for name, value in item.items() if name != "metadata"}
        return messages(self._validator.iter_errors(without_metadata))

    @functools.cached_property
    def _validator(self) -> Validator | None:
        """`None` when the CRD disables validation. Created lazily: most kinds of a cluster have no objects."""
        name = self.api_version.rpartition("/")[2]
        versions = with_schemas(self.definition)["spec"]["versions"]
        return next(_validator(version) for version in versions if version["name"] == name)


def is_crd(item: Object) -> bool:
    """Whether an object is a CustomResourceDefinition."""
    return item.get("apiVersion") == CRD_API_VERSION and item.get("kind") == CRD_KIND


def crd_scope(definition: Object) -> tuple[tuple[str, str], Scope]:
    """`((group, kind), scope)` of a CustomResourceDefinition."""
    spec = definition["spec"]
    return (spec["group"], spec["names"]["kind"]), Scope(spec["scope"])


def kinds_of_crd(definition: Object) -> tuple[CustomKind, ...]:
    """The kinds of a valid CustomResourceDefinition, one for each served version."""
    spec = definition["spec"]
    kind, scope = spec["names"]["kind"], Scope(spec["scope"])
    return tuple(
        CustomKind(f"{spec['group']}/{version['name']}", kind, scope, definition)
        for version in spec["versions"]
        if version["served"]
    )


def crd_problems(definition: Object) -> list[str]:
    """The API server's checks of a CustomResourceDefinition beyond its schema, each as `path: reason`."""
    spec = definition["spec"]
    problems = []
    expected = f"{spec['names']['plural']}.{spec['group']}"
    if definition["metadata"]["name"] != expected:
        problems.append(f'.metadata.name: Invalid value: must be spec.names.plural+"."+spec.group: "{expected}"')
    if sum(bool(version.get("storage")) for version in spec["versions"]) != 1:
        problems.append(".spec.versions: Invalid value: must have exactly one version marked as storage version")
    if spec["scope"] not in (Scope.NAMESPACED.value, Scope.CLUSTER.value):
        problems.append(f'.spec.scope: Unsupported value: "{spec["scope"]}": supported values: "Cluster", "Namespaced"')
    for index, version in enumerate(spec["versions"]):
        if not (version.get("schema") or {}).get("openAPIV3Schema"):
            problems.append(f".spec.versions[{index}].schema.openAPIV3Schema: Required value: schemas are required")
    return problems


def _validator(version: dict[str, Any]) -> Validator | None:
    schema = version["schema"]["openAPIV3Schema"]
    if schema.get("x-kubernetes-preserve-unknown-fields"):
        return None
    strict = _strict(schema)
    strict.setdefault("properties", {}).update({name: {} for name in _SERVER_FIELDS})
    # Metadata is validated separately, with the schema that all kinds share.
    strict["required"] = [name for name in strict.get("required", ()) if name != "metadata"]
    return Draft202012Validator(strict)


def _strict(schema: dict[str, Any]) -> dict[str, Any]:
    """Converts a structural schema (OpenAPI 3.0) to a JSON Schema 2020-12 that refuses undeclared fields."""
    result = _values(schema)
    if schema.get("x-kubernetes-int-or-string"):
        result["type"] = ["integer", "string"]
    if "properties" in schema:
        result["properties"] = {name: _strict(item) for name, item in schema["properties"].items()}
    if schema.get("x-kubernetes-embedded-resource"):
        result.setdefault("properties", {}).update({name: {} for name in _SERVER_FIELDS})
    if "items" in schema:
        result["items"] = _strict(schema["items"])
    others = schema.get("additionalProperties")
    if isinstance(others, dict):
        result["additionalProperties"] = _strict(others)
    elif schema.get("type") == "object" and not others and not schema.get("x-kubernetes-preserve-unknown-fields"):
        result["additionalProperties"] = False
    return result


def _values(schema: dict[str, Any]) -> dict[str, Any]:
    """The keywords that restrict values. They have the same meaning inside `allOf`, `anyOf`, `oneOf` and `not`."""
    result: dict[str, Any] = {name: schema[name] for name in _PLAIN_KEYWORDS & schema.keys()}
    if "type" in schema:
        # The API server drops nulls unless the field is nullable, so null is allowed everywhere.
        result["type"] = [schema["type"], "null"]
    if "enum" in result:
        result["enum"] = [*result["enum"], None]
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if schema.get(exclusive) is True and bound in result:
            result[exclusive] = result.pop(bound)
    if "pattern" in schema and _compiles(schema["pattern"]):
        result["pattern"] = schema["pattern"]
    for keyword in ("allOf", "anyOf", "oneOf"):
        if keyword in schema:
            result[keyword] = [_nested_values(item) for item in schema[keyword]]
    if "not" in schema:
        result["not"] = _nested_values(schema["not"])
    return result


def _nested_values(schema: dict[str, Any]) -> dict[str, Any]:
    result = _values(schema)
    if "properties" in schema:
        result["properties"] = {name: _nested_values(item) for name, item in schema["properties"].items()}
    if "items" in schema:
        result["items"] = _nested_values(schema["items"])
    return result


def _compiles(pattern: str) -> bool:
    """Whether Python's `re` accepts a Go pattern. Patterns that it does not accept are not checked."""
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
