"""CustomResourceDefinitions as a real API server takes them.

A rehearsal knows those of charts and add-ons that it cannot render (`known_definitions`), with with_schemas schemas but
without what only a server asks for.
"""

from __future__ import annotations

import copy
from typing import Final

from azure_rehearsal.kubernetes.cluster import Object
from azure_rehearsal.kubernetes.crd_catalog import OUTLINE_ANNOTATION, with_schemas

_APPROVED: Final = "api-approved.kubernetes.io"
_PROTECTED: Final = ("k8s.io", "kubernetes.io")
"""Groups of which definitions must say where they were approved."""


def for_api_server(definition: Object) -> Object:
    """A definition with its schemas, a status where the schema has one, and its approval where one is needed."""
    annotations = dict(definition["metadata"].get("annotations") or {})
    known = OUTLINE_ANNOTATION in annotations
    result = copy.deepcopy({**definition, "spec": with_schemas(definition)["spec"]})
    group = result["spec"]["group"]
    if known and any(group == name or group.endswith(f".{name}") for name in _PROTECTED):
        annotations.setdefault(_APPROVED, "https://github.com/kubernetes-sigs")
    if annotations:
        result["metadata"]["annotations"] = annotations
    if known:
        for version in result["spec"]["versions"]:
            properties = version["schema"]["openAPIV3Schema"].get("properties", {})
            if "status" in properties:
                version.setdefault("subresources", {}).setdefault("status", {})
    return result
