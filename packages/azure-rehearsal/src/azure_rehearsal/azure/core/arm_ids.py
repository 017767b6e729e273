"""Azure Resource Manager ids: building them from a template, parsing them, finding them in values.

Comparisons ignore case. An example of a template is
`/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Network/virtualNetworks/{virtualNetworkName}`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

SUBSCRIPTION: Final = "/subscriptions/{subscriptionId}"
RESOURCE_GROUP: Final = SUBSCRIPTION + "/resourceGroups/{resourceGroupName}"
NOT_REFERENCES: Final = frozenset({"tags", "etag", "eTag", "notes", "description"})
"""Keys whose values are not references, even if they look like ids."""

_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_SCOPES: Final = frozenset({"scope", "resourceUri"})
"""Path parameters that contain a whole id."""


def provider_id(kind: str, name_parameter: str) -> str:
    """The id template of a top-level type in a resource group: `Microsoft.Network/natGateways`, `natGatewayName`."""
    return f"{RESOURCE_GROUP}/providers/{kind}/{{{name_parameter}}}"


def parameters(template: str) -> tuple[str, ...]:
    """The path parameters of a template, in order."""
    return tuple(_PARAMETER.findall(template))


def fill(template: str, values: Mapping[str, Any]) -> str:
    """The id for these path parameters. Raises `KeyError` if one is missing."""
    return _PARAMETER.sub(lambda match: str(values[match.group(1)]).strip("/"), template)


@functools.cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = [
        re.escape(text) if index % 2 == 0 else f"(?P<{text}>{'.*?' if text in _SCOPES else '[^/]+'})"
        for index, text in enumerate(_PARAMETER.split(template))
    ]
    return re.compile("".join(parts) + "$", re.IGNORECASE)


def match(template: str, id: str) -> dict[str, str] | None:
    """The path parameters of an id that follows the template, else `None`."""
    found = _pattern(template).match(id)
    return found.groupdict() if found else None


def key(id: str) -> str:
    """The canonical form of an id, for comparisons."""
    return id.strip().rstrip("/").lower()


def same(one: Any, other: Any) -> bool:
    """Whether both are the same id."""
    return isinstance(one, str) and isinstance(other, str) and key(one) == key(other)


def is_inside(id: str, ancestor: str) -> bool:
    """Whether `id` is the ancestor itself or one of its descendants."""
    return key(id) == key(ancestor) or key(id).startswith(key(ancestor) + "/")


def name(id: str) -> str:
    """The last segment: the resource's own name."""
    return id.rstrip("/").rsplit("/", 1)[-1]


def resource_group(id: str) -> str:
    """The name of the resource group in an id, or `""`."""
    found = re.match(r"/subscriptions/[^/]+/resourceGroups/([^/]+)", id, re.IGNORECASE)
    return found.group(1) if found else ""


def resource_group_id(id: str) -> str:
    """The id of the resource group in an id, or `""`."""
    found = re.match(r"/subscriptions/[^/]+/resourceGroups/[^/]+", id, re.IGNORECASE)
    return found.group(0) if found else ""


def kind(id: str) -> str:
    """`Microsoft.Network/virtualNetworks/subnets` for a subnet's id."""
    if "/providers/" not in id:
        return "Microsoft.Resources/resourceGroups" if resource_group(id) else "Microsoft.Resources/subscriptions"
    namespace, *rest = id.rsplit("/providers/", 1)[1].strip("/").split("/")
    return "/".join([namespace, *rest[0::2]])


def path_with_names(id: str) -> str:
    """`Microsoft.Network/virtualNetworks/vnet/subnets/media`: as in Azure's "not found" errors."""
    return id.rsplit("/providers/", 1)[-1].strip("/")


def parent(id: str) -> str:
    """The id of a nested resource's parent, or `""` for a top-level resource."""
    head, _, tail = id.rpartition("/providers/")
    segments = tail.strip("/").split("/")
    own = 2 if len(segments) % 2 else 1  # `…/storageAccounts/site/staticWebsite` has no name of its own
    return f"{head}/providers/{'/'.join(segments[:-own])}" if head and len(segments) > 3 else ""


def references(value: Any) -> Iterator[str]:
    """Every ARM id in a value, as a string or a map key, except under the keys in `NOT_REFERENCES`."""
    if isinstance(value, str):
        if key(value).startswith("/subscriptions/"):
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for name_, item in value.items():
            if key(name_).startswith("/subscriptions/"):
                yield name_
            if name_ not in NOT_REFERENCES:
                yield from references(item)
