"""CRDs of the catalog in the form that a real API server accepts.

The catalog (`crd_catalog`) has their schemas but omits fields that only an API server requires.
"""

from __future__ import annotations

import copy
from typing import Final

from azure_rehearsal.kubernetes.cluster import Object
from azure_rehearsal.kubernetes.crd_catalog import OUTLINE_ANNOTATION, with_schemas

_APPROVAL_ANNOTATION: Final = "api-approved.kubernetes.io"
_PROTECTED_GROUPS: Final = ("k8s.io", "kubernetes.io")
"""API groups whose CRDs must state their approval."""


def for_api_server(definition: Object) -> Object:
    """A CRD with its schemas and, if needed, a status subresource and an approval annotation."""
    annotations = dict(definition["metadata"].get("annotations") or {})
    is_outline = OUTLINE_ANNOTATION in annotations
    result = copy.deepcopy({**definition, "spec": with_schemas(definition)["spec"]})
    group = result["spec"]["group"]
    if is_outline and any(group == name or group.endswith(f".{name}") for name in _PROTECTED_GROUPS):
        annotations.setdefault(_APPROVAL_ANNOTATION, "https://github.com/kubernetes-sigs")
    if annotations:
        result["metadata"]["annotations"] = annotations
    if is_outline:
        for version in result["spec"]["versions"]:
            properties = version["schema"]["openAPIV3Schema"].get("properties", {})
            if "status" in properties:
                version.setdefault("subresources", {}).setdefault("status", {})
    return result
