"""Record sets that external-dns manages in public DNS zones, and the permission check of cert-manager's DNS-01 solver.

Source: `provider/azure/azure.go`, `registry/txt` and `endpoint/domain_filter.go` of kubernetes-sigs/external-dns.
A TXT record next to each record set names its owner; record sets of other owners stay unchanged. Deviation: an alias
record set has no records, so external-dns considers it missing and overwrites it in every loop. This simulation leaves
it unchanged and reports it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from azure_rehearsal.azure.controllers.ownership import with_causes
from azure_rehearsal.azure.controllers.permissions import (
    READ_NETWORK,
    ZONE_ROLES,
    authorization_error,
    cluster_of,
    group_id,
    list_authorization_error,
    pod_principal,
)
from azure_rehearsal.azure.core import arm_ids, type_registry
from azure_rehearsal.azure.core.arm import ResourceManager
from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.services.dns.common import APEX, PAYLOADS, RECORD_SET, ZONE, record_type
from azure_rehearsal.kubernetes.cloud_controller_api import Cause, Endpoint, ExternalDnsOptions, PodIdentity
from azure_rehearsal.protocol.provider import Refused

_KIND: Final = "Microsoft.Network/dnsZones"
_ADDRESS_TYPES: Final = {4: ("A", "ipv4Address"), 6: ("AAAA", "ipv6Address")}
_HERITAGE: Final = "heritage=external-dns"


@dataclass(frozen=True)
class _DesiredRecordSet:
    """A record set that should exist. `note` names the Kubernetes resource for the ownership record."""

    host: str
    type: str
    payload: Any
    cause: Cause
    note: str


def sync_records(
    cloud: Cloud, cluster_id: str, options: ExternalDnsOptions, endpoints: Sequence[Endpoint]
) -> list[str]:
    """Updates the record sets of one external-dns to match these hosts. Returns its errors."""
    cluster = cluster_of(cloud, cluster_id)
    if cluster is None:
        return []
    principal = pod_principal(cloud, cluster, options.identity)
    if principal.problem:
        return [principal.problem]
    group = group_id(cluster, options.resource_group)
    if problem := list_authorization_error(cloud, principal.value, READ_NETWORK | ZONE_ROLES, _KIND, group):
        return [f"failed to list the zones of {options.resource_group}: {problem}"]
    zones = [
        zone
        for zone in cloud.of_type(ZONE)
        if arm_ids.same(arm_ids.resource_group_id(zone.id), group) and _passes_filters(options, arm_ids.name(zone.id))
    ]
    desired = [item for endpoint in endpoints for item in _record_sets(endpoint, options)]
    return list(_reconcile(_Writer(cloud, cluster, principal.value, options.ttl), options, zones, desired))


def zone_problem(cloud: Cloud, cluster_id: str, identity: PodIdentity, resource_group: str, name: str) -> str:
    """Why a pod cannot write records to a zone; empty if it can."""
    cluster = cluster_of(cloud, cluster_id)
    if cluster is None:
        return "the cluster does not exist any more"
    principal = pod_principal(cloud, cluster, identity)
    zone = f"{group_id(cluster, resource_group)}/providers/{_KIND}/{name}"
    if principal.problem:
        return principal.problem
    if cloud.get(zone) is None:
        return f"404 Not Found, ResourceNotFound: the zone {zone} was not found."
    return authorization_error(cloud, principal.value, ZONE_ROLES, f"{_KIND}/TXT/write", zone)


class _Writer:
    """Writes record sets as one principal."""

    def __init__(self, cloud: Cloud, cluster: Record, principal: str, ttl: int) -> None:
        self.cloud = cloud
        self._ttl = ttl
        self._principal = principal
        self._type = type_registry.arm_type(RECORD_SET)
        subscription = cluster.id.split("/")[2]
        self._manager = ResourceManager(cloud, Client.named(subscription_id=subscription, object_id=principal))

    def put(self, zone: Record, host: str, type: str, payload: Any, cause: Cause) -> str:
        """Writes a record set if it differs. Returns Azure's refusal, or an empty string."""
        id = record_id(zone, host, type)
        existing = self.cloud.get(id)
        desired = (payload, self._ttl)
        if existing is not None and (existing.properties.get(PAYLOADS[type]), existing.properties["ttl"]) == desired:
            return ""
        inputs = {
            "resourceGroupName": arm_ids.resource_group(zone.id),
            "zoneName": arm_ids.name(zone.id),
            "recordType": type,
            "relativeRecordSetName": arm_ids.name(id),
            "ttl": self._ttl,
            PAYLOADS[type]: payload,
        }
        if problem := self._refused(zone, type, "write"):
            return f"failed to update {type} record '{host}': {problem}"
        try:
            self._manager.put(self._type, inputs)
        except Refused as refused:
            return f"failed to update {type} record '{host}': {refused.code}: {refused.message}"
        with self.cloud.lock:
            if (written := self.cloud.get(id)) is not None:
                self.cloud.put(with_causes(written, {id: cause}))
                self.cloud.save()
        return ""

    def delete(self, zone: Record, record: Record) -> str:
        """Deletes a record set. Returns Azure's refusal, or an empty string."""
        type = record_type(record.id)
        if problem := self._refused(zone, type, "delete"):
            return f"failed to delete {type} record '{arm_ids.name(record.id)}': {problem}"
        try:
            self._manager.delete(self._type, record.id)
        except Refused as refused:
            return f"failed to delete {type} record '{arm_ids.name(record.id)}': {refused.code}: {refused.message}"
        return ""

    def _refused(self, zone: Record, type: str, operation: str) -> str:
        return authorization_error(self.cloud, self._principal, ZONE_ROLES, f"{_KIND}/{type}/{operation}", zone.id)


def _reconcile(
    writer: _Writer, options: ExternalDnsOptions, zones: Sequence[Record], desired: Iterable[_DesiredRecordSet]
) -> Iterator[str]:
    kept: set[str] = set()
    for item in desired:
        zone = _zone_of(zones, item.host)
        if zone is None:
            yield f"Ignoring changes to '{item.host}' because a suitable Azure DNS zone was not found."
            continue
        id = record_id(zone, item.host, item.type)
        existing = writer.cloud.get(id)
        ownership = writer.cloud.get(record_id(zone, _ownership_host(options, item.host, item.type), "TXT"))
        if existing is not None and existing.properties.get(PAYLOADS[item.type]) and not _is_owned(ownership, options):
            continue
        if existing is not None and not existing.causes:
            yield f"{id} is an alias record set; external-dns considers it missing and overwrites it for {item.note}."
            continue
        kept.add(arm_ids.key(id))
        name = _ownership_host(options, item.host, item.type)
        for problem in (
            writer.put(zone, item.host, item.type, item.payload, item.cause),
            writer.put(zone, name, "TXT", [{"value": [_ownership_text(options, item.note)]}], item.cause),
        ):
            if problem:
                yield problem
    if options.deletes:
        for zone in zones:
            yield from _delete_obsolete(writer, options, zone, kept)


def _delete_obsolete(writer: _Writer, options: ExternalDnsOptions, zone: Record, kept: set[str]) -> Iterator[str]:
    """Deletes the record sets that this external-dns owns and that are not desired any more."""
    sets = [
        item for item in writer.cloud.children(zone.id, RECORD_SET) if record_type(item.id) in ("A", "AAAA", "CNAME")
    ]
    for item in sets:
        host = _host_of(zone, item)
        ownership = writer.cloud.get(record_id(zone, _ownership_host(options, host, record_type(item.id)), "TXT"))
        if (
            ownership is None
            or not _is_owned(ownership, options)
            or arm_ids.key(item.id) in kept
            or not _passes_filters(options, host)
        ):
            continue
        yield from filter(None, (writer.delete(zone, item), writer.delete(zone, ownership)))


def _record_sets(endpoint: Endpoint, options: ExternalDnsOptions) -> Iterator[_DesiredRecordSet]:
    """The record sets of a host: one per IP version, or a CNAME."""
    if not _passes_filters(options, endpoint.host):
        return
    addresses: dict[str, list[dict[str, str]]] = {}
    for target in sorted(endpoint.targets):
        try:
            type, field = _ADDRESS_TYPES[ipaddress.ip_address(target).version]
        except ValueError:
            yield _DesiredRecordSet(endpoint.host, "CNAME", {"cname": target}, endpoint.cause, endpoint.resource)
            return
        addresses.setdefault(type, []).append({field: target})
    for type, payload in addresses.items():
        yield _DesiredRecordSet(endpoint.host, type, payload, endpoint.cause, endpoint.resource)


def record_id(zone: Record, host: str, type: str) -> str:
    """The id of a host's record set in a zone."""
    relative = host.removesuffix(arm_ids.name(zone.id)).rstrip(".") or APEX
    return f"{zone.id}/{type}/{relative}"


def _host_of(zone: Record, record: Record) -> str:
    name = arm_ids.name(record.id)
    return arm_ids.name(zone.id) if name == APEX else f"{name}.{arm_ids.name(zone.id)}"


def _zone_of(zones: Sequence[Record], host: str) -> Record | None:
    """The most specific zone that contains the host."""
    found = [zone for zone in zones if _is_below(host, arm_ids.name(zone.id))]
    return max(found, key=lambda zone: len(arm_ids.name(zone.id)), default=None)


def _is_below(host: str, domain: str) -> bool:
    return host.lower() == domain.lower() or host.lower().endswith(f".{domain.lower().lstrip('.')}")


def _passes_filters(options: ExternalDnsOptions, host: str) -> bool:
    included = not options.filters or any(_is_below(host, domain) for domain in options.filters)
    return included and not any(_is_below(host, domain) for domain in options.excluded)


def _ownership_host(options: ExternalDnsOptions, host: str, type: str) -> str:
    """The host of the TXT record that names the owner: `a-chat.shop.example` for `chat.shop.example`."""
    label, dot, rest = host.partition(".")
    return f"{options.prefix}{type.lower()}-{label}{options.suffix}{dot}{rest}"


def _ownership_text(options: ExternalDnsOptions, resource: str) -> str:
    return f'"{_HERITAGE},external-dns/owner={options.owner},external-dns/resource={resource}"'


def _is_owned(ownership: Record | None, options: ExternalDnsOptions) -> bool:
    values = [
        text for item in (ownership.properties.get("txtRecords") or [] if ownership else []) for text in item["value"]
    ]
    return any(_HERITAGE in text and f"external-dns/owner={options.owner}," in text for text in values)
