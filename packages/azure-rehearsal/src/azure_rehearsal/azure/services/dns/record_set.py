"""Record sets of a public DNS zone."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, Deletion, NameRule, Request
from azure_rehearsal.azure.services.dns.aliases import clear_aliases, refuse_alias
from azure_rehearsal.azure.services.dns.common import (
    APEX,
    CREATED_WITH_ZONE,
    LABEL,
    PAYLOADS,
    RECORD_SET,
    ZONE_PATH,
    record_type,
)
from azure_rehearsal.azure.services.dns.record_values import refuse_values
from azure_rehearsal.protocol.provider import Refused

TTL_SECONDS: Final = range(1, 2**31)
WILDCARD: Final = "*"
NO_WILDCARDS: Final = ("NS", "SOA")
EXCLUSIVE_TYPE: Final = "CNAME"
"""A record set of this type cannot share its name with other record sets (RFC 1034)."""


def _refuse_type(request: Request) -> None:
    type = record_type(request.id)
    if type not in PAYLOADS:
        raise Refused(
            "InvalidResourceType",
            f"The resource type 'dnsZones/{type}' could not be found in the namespace 'Microsoft.Network' for api "
            f"version '{request.type.schema.api_version}'. The supported record types are '{','.join(PAYLOADS)}'.",
            "use one of these types",
        )
    others = [name for name in PAYLOADS.values() if name != PAYLOADS[type] and request.get(name)]
    if others:
        raise Refused(
            "BadRequest",
            f"The record set '{request.name}' is of type '{type}' and has {', '.join(others)}.",
            f"use only {PAYLOADS[type]}",
        )
    if type == EXCLUSIVE_TYPE and not request.get(PAYLOADS[type]) and not request.get("targetResource.id"):
        raise Refused(
            "BadRequest",
            f"The record set '{request.name}' of type 'CNAME' must have exactly one record.",
            "set cnameRecord",
        )


def _refuse_name(request: Request) -> None:
    type = record_type(request.id)
    if request.name.startswith(WILDCARD) and type in NO_WILDCARDS:
        raise Refused(
            "BadRequest", f"A record set of type '{type}' cannot be a wildcard: '{request.name}'.", "use a host name"
        )
    if type == "SOA" and request.name != APEX:
        raise Refused(
            "BadRequest",
            f"A record set of type 'SOA' can only be at the apex of its zone: '{request.name}'.",
            "remove it; Azure creates it with the zone",
        )


def _refuse_ttl(request: Request) -> None:
    ttl = request.get("ttl")
    if ttl is None and request.get("targetResource.id"):
        return
    if not isinstance(ttl, (int, float)) or not TTL_SECONDS.start <= ttl < TTL_SECONDS.stop:
        raise Refused(
            "BadRequest",
            f"The TTL of record set '{request.name}' is {ttl}. It must be between {TTL_SECONDS.start} and "
            f"{TTL_SECONDS.stop - 1} seconds.",
            "set ttl",
        )


def _refuse_shared_name(request: Request) -> None:
    """Refuses a CNAME next to other record sets of the same name. The apex always has SOA and NS."""
    is_exclusive = record_type(request.id) == EXCLUSIVE_TYPE
    for other in request.cloud.children(arm_ids.parent(request.id), RECORD_SET):
        if arm_ids.name(other.id).lower() != request.name.lower() or arm_ids.same(other.id, request.id):
            continue
        if is_exclusive:
            raise Refused(
                "Conflict",
                f"The CNAME record could not be created because another record with the same name already exists in "
                f"this zone: {other.id}.",
                "rename one of them; at the apex, use an alias record set of type A",
            )
        if record_type(other.id) == EXCLUSIVE_TYPE:
            raise Refused(
                "Conflict",
                f"The record could not be created because a CNAME record with the same name already exists in this "
                f"zone: {other.id}.",
                "rename one of them",
            )


def _refuse_lost_name_servers(request: Request) -> None:
    if record_type(request.id) != "NS" or request.name != APEX or request.old is None:
        return
    zone = request.cloud.get(arm_ids.parent(request.id))
    given = {str(item.get("nsdname")).lower() for item in request.get("nsRecords", [])}
    missing = [server for server in (zone.properties["nameServers"] if zone else []) if server not in given]
    if missing:
        raise Refused(
            "BadRequest",
            f"The NS record set at the apex must keep the name servers of Azure DNS; missing: {', '.join(missing)}.",
            "keep these name servers when you add others",
        )


def _refuse_deletion(deletion: Deletion) -> None:
    type = record_type(deletion.record.id)
    if type in CREATED_WITH_ZONE and arm_ids.name(deletion.record.id) == APEX:
        raise Refused(
            "BadRequest",
            f"The record set of type '{type}' at the apex cannot be deleted: {deletion.record.id}.",
            "delete the zone, which also deletes this record set",
        )


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    zone = request.path["zoneName"]
    return {"fqdn": f"{zone}." if request.name == APEX else f"{request.name}.{zone}."}


TYPE: Final = ArmType(
    token=RECORD_SET,
    path=f"{ZONE_PATH}/{{recordType}}/{{relativeRecordSetName}}",
    name=NameRule(
        rf"@|\*|(\*\.)?{LABEL}(\.{LABEL})*",
        1,
        253,
        "The name of a record set is relative to its zone: '@' for the apex, or labels of up to 63 letters, "
        "digits, '-' and '_'; '*' can only be the first label.",
        code="InvalidDomainName",
    ),
    rules=(
        _refuse_type,
        _refuse_name,
        _refuse_ttl,
        refuse_alias,
        refuse_values,
        _refuse_shared_name,
        _refuse_lost_name_servers,
    ),
    outputs=_outputs,
    delete_rules=(_refuse_deletion,),
    after_delete=clear_aliases,
)
