"""Values that the API server stores in a canonical form that differs from the program's form.

The real provider converts objects of built-in kinds to its types and back before it compares them
(`provider/pkg/clients/unstructured.go: Normalize` of pulumi-kubernetes), so `1000` equals `1k` and an empty string
equals an absent one. It compares custom resources literally. The fake API server stores every value as written.
"""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.kubernetes.cluster import Object, group_of
from azure_rehearsal.kubernetes.immutable_fields import Path
from azure_rehearsal.kubernetes.quantities import amount

_GROUPS: Final = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apps",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
    }
)
"""The groups of `k8s.io/client-go/kubernetes/scheme` that a program may use."""
_QUANTITIES: Final = frozenset(
    {
        "capacity",
        "default",
        "defaultRequest",
        "hard",
        "limits",
        "max",
        "maxLimitRequestRatio",
        "min",
        "overhead",
        "requests",
    }
)
"""Fields that hold maps of quantities."""
_QUANTITY: Final = frozenset({"averageValue", "divisor", "sizeLimit"})


def is_equivalent(item: Object, live: Object, path: Path) -> bool:
    """Whether the values of an object and of the live object at `path` differ in form only."""
    if group_of(item["apiVersion"]) not in _GROUPS:
        return False
    wanted, found = _at(item, path), _at(live, path)
    if found is None:
        return wanted in ("", [], {})
    is_quantity = path[-1] in _QUANTITY or (len(path) > 1 and path[-2] in _QUANTITIES)
    return is_quantity and _amount(wanted) is not None and _amount(wanted) == _amount(found)


def _amount(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        return amount(value)
    except ValueError:
        return None


def _at(item: Any, path: Path) -> Any:
    for part in path:
        if isinstance(part, int):
            item = item[part] if isinstance(item, list) and part < len(item) else None
        else:
            item = item.get(part) if isinstance(item, dict) else None
    return item
