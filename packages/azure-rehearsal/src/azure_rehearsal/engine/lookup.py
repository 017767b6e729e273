"""Finds the id of an existing resource from its type and inputs, before Pulumi's state has the id.

This replaces a search in the portal or with `kubectl` after a killed run. The result is the id that `pulumi import`
expects.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids, type_registry
from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.objects import api_of
from azure_rehearsal.kubernetes.release_handler import RELEASE_TYPE

_RELEASE_SECRET: Final = "sh.helm.release.v1."
_REVISION: Final = re.compile(rf"^({re.escape(_RELEASE_SECRET)}.+)\.v\d+$")


def object_line(cluster_id: str, key: Key) -> str:
    """The line for an object in `contents`. A Helm release has one line, whatever its revision."""
    name = _REVISION.sub(r"\1", key.name)
    return f"{cluster_id} {key.api_version} {key.kind} {key.namespace or '-'} {name}"


def azure_id(type: str, inputs: Mapping[str, Any], subscription_id: str) -> str:
    """The id that a resource with these inputs has; empty where they do not say, or the type is not Azure's."""
    known = type_registry.types().get(type)
    if known is None:
        return ""
    values = {"subscriptionId": subscription_id, **inputs}
    if any(not isinstance(values.get(name), str) for name in arm_ids.parameters(known.path)):
        return ""
    return arm_ids.fill(known.path, values)


def kind_of(type: str) -> tuple[str, str]:
    """The `apiVersion` and kind of the objects that represent a type of the kubernetes package."""
    return ("v1", "Secret") if type == RELEASE_TYPE else api_of(type)


def kubernetes_id(type: str, inputs: Mapping[str, Any], contents: Collection[str], clusters: Collection[str]) -> str:
    """The id of an object or release if `contents` has it in one of these clusters, else empty."""
    if type == RELEASE_TYPE:
        namespace, name = str(inputs.get("namespace") or "default"), str(inputs.get("name"))
        key = Key("v1", "Secret", namespace, _RELEASE_SECRET + name)
    else:
        metadata = inputs.get("metadata")
        if not isinstance(metadata, Mapping) or not metadata.get("name"):
            return ""
        namespace, name = str(metadata.get("namespace") or ""), str(metadata["name"])
        key = Key(*api_of(type), namespace, name)
    if not any(object_line(cluster, key) in contents for cluster in clusters):
        return ""
    return f"{namespace}/{name}" if namespace else name
