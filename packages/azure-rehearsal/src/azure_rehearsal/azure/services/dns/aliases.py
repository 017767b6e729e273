"""Alias record sets, which resolve to an Azure resource instead of containing records.

Source: learn.microsoft.com/azure/dns/dns-alias, and "Azure DNS limits".
"""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import Deletion, Request, get_path
from azure_rehearsal.azure.services.dns.common import PAYLOADS, RECORD_SET, is_address, record_type
from azure_rehearsal.protocol.provider import Refused

ADDRESS: Final = "azure-native:network:PublicIPAddress"
PROFILE: Final = "azure-native:trafficmanager:Profile"
ENDPOINT: Final = "azure-native:trafficmanager:Endpoint"

TARGETS: Final = {
    "microsoft.network/publicipaddresses": ("A", "AAAA"),
    "microsoft.network/trafficmanagerprofiles": ("A", "AAAA", "CNAME"),
    "microsoft.network/frontdoors": ("A", "AAAA", "CNAME"),
    "microsoft.cdn/profiles/endpoints": ("A", "AAAA", "CNAME"),
    "microsoft.cdn/profiles/afdendpoints": ("A", "AAAA", "CNAME"),
    "microsoft.web/staticsites": ("A", "AAAA"),
}
"""Record types that can be an alias of a target, by its ARM kind in lower case."""
MAX_ALIASES: Final = 20
"""Maximum alias record sets of one target."""
ADDRESS_VERSIONS: Final = {"A": "IPv4", "AAAA": "IPv6"}


def _bad_request(message: str, remediation: str) -> Refused:
    return Refused("BadRequest", message, remediation)


def refuse_alias(request: Request) -> None:
    """Refuses targets that an alias record set cannot have."""
    target = request.get("targetResource.id")
    if not target:
        return
    type = record_type(request.id)
    if request.get(PAYLOADS[type]):
        raise _bad_request(
            f"The record set '{request.name}' has both records and a target resource.",
            "remove one of them",
        )
    kind = arm_ids.kind(target).lower()
    if _is_in_same_zone(request, target):
        _refuse_record_set(request, target, type)
    elif type not in TARGETS.get(kind, ()):
        allowed = ", ".join(name for name, types in TARGETS.items() if type in types)
        raise _bad_request(
            f"The resource type '{kind}' is not supported as target resource of a record set of type '{type}': "
            f"{target}. Supported: {allowed or 'none'}, or a record set of the same type in the same zone.",
            "use a supported target, or a record instead of an alias",
        )
    others = [item for item in _aliases_of(request, target) if not arm_ids.same(item.id, request.id)]
    if len(others) >= MAX_ALIASES:
        raise _bad_request(
            f"{target} has {len(others)} alias record sets, the limit is {MAX_ALIASES}.",
            "use CNAME records that point to one of these",
        )
    _refuse_unfit_resource(request, target, type)


def _is_in_same_zone(request: Request, target: str) -> bool:
    zone = arm_ids.parent(request.id)
    return arm_ids.is_inside(target, zone) and not arm_ids.same(target, zone)


def _refuse_record_set(request: Request, target: str, type: str) -> None:
    other = request.cloud.get(target)
    if other is None or record_type(target) != type or arm_ids.same(target, request.id):
        raise _bad_request(
            f"The target resource {target} of record set '{request.name}' is not another record set of type '{type}' "
            "in the same zone.",
            "use an existing record set of the same type",
        )


def _refuse_unfit_resource(request: Request, target: str, type: str) -> None:
    record, version = request.cloud.get(target), ADDRESS_VERSIONS.get(type)
    if record is None or version is None:
        return
    if record.type == ADDRESS and record.properties.get("publicIPAddressVersion") != version:
        raise _bad_request(
            f"The target resource {target} has no {version} address, which a record set of type '{type}' needs.",
            "use a public address of this IP version",
        )
    if record.type == PROFILE:
        for endpoint in request.cloud.children(record.id, ENDPOINT):
            is_external = "/externalendpoints/" in endpoint.id.lower()
            if not is_external or not is_address(endpoint.properties.get("target")):
                raise _bad_request(
                    f"The Traffic Manager profile {target} cannot be the target of a record set of type '{type}': "
                    f"endpoint {endpoint.id} is not an external endpoint with an address.",
                    "use type CNAME for the record set",
                )


def _aliases_of(scope: Request | Deletion, target: str) -> list[Record]:
    return [
        item
        for item in scope.cloud.of_type(RECORD_SET)
        if arm_ids.same(get_path(item.properties, "targetResource.id"), target)
    ]


def clear_aliases(deletion: Deletion) -> None:
    """Clears the aliases of a deleted resource, as Azure does: the record sets stay, without a target.

    A new resource with the same id does not restore them.
    """
    for alias in _aliases_of(deletion, deletion.record.id):
        alias.properties = {**alias.properties, "targetResource": {}}
        deletion.cloud.put(alias)
