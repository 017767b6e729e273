"""The order in which a chart's objects are registered.

Follows `pkg/object/graph/depends.go` of kubernetes-sigs/cli-utils, which the real provider uses.
"""

from __future__ import annotations

import graphlib
from typing import Final

from azure_rehearsal.kubernetes.cluster import Key, Object
from azure_rehearsal.kubernetes.custom_resources import crd_scope, is_crd
from azure_rehearsal.kubernetes.objects import annotation
from azure_rehearsal.protocol.provider import Refused

_DEPENDS_ON: Final = "config.kubernetes.io/depends-on"


def dependencies(items: dict[Key, Object]) -> dict[Key, set[Key]]:
    """The dependencies of each object: its CRD, its namespace, and the objects that its depends-on annotation names."""
    definitions = {crd_scope(item)[0]: key for key, item in items.items() if is_crd(item)}
    namespaces = {key.name: key for key in items if (key.group, key.kind) == ("", "Namespace")}
    needs: dict[Key, set[Key]] = {}
    for key, item in items.items():
        known = (definitions.get((key.group, key.kind)), namespaces.get(key.namespace))
        needs[key] = {need for need in known if need is not None} | _annotated(key, item, items)
    try:
        graphlib.TopologicalSorter(needs).prepare()
    except graphlib.CycleError as error:
        raise Refused(
            "InvalidDependency",
            f"the chart's objects depend on each other in a cycle: {error.args[1]}",
            "Break the cycle.",
        ) from error
    return needs


def _annotated(key: Key, item: Object, items: dict[Key, Object]) -> set[Key]:
    """The objects that the depends-on annotation names."""
    by_reference = {_reference(other): other for other in items}
    found = set()
    for reference in filter(None, ((annotation(item, _DEPENDS_ON) or "").split(","))):
        if reference.strip() not in by_reference:
            raise Refused(
                "InvalidDependency",
                f'{key}: "{reference.strip()}" in the annotation {_DEPENDS_ON} does not name an object of the chart',
                "Write group/kind/name or group/namespaces/namespace/kind/name; the core group is empty. "
                "The annotation orders objects within one chart; for other resources use `depends_on` of the chart.",
            )
        found.add(by_reference[reference.strip()])
    return found


def _reference(key: Key) -> str:
    scope = f"namespaces/{key.namespace}/" if key.namespace else ""
    return f"{key.group}/{scope}{key.kind}/{key.name}"
