"""Records that controllers keep in public zones, as external-dns keeps them and cert-manager's solver may.

Followed: `provider/azure/azure.go`, `registry/txt` and `endpoint/domain_filter.go` of kubernetes-sigs/external-dns.
Each record set has a TXT record beside it that says whose it is; what is somebody else's is left alone. An alias record
set has no records of its own, so that external-dns takes it for missing and would write over it at every turn: here it
is left as it is, and told.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from azure_rehearsal.azure.controllers.marks import marked
from azure_rehearsal.azure.controllers.principals import (
    READ_NETWORK,
    ZONE_ROLES,
    cluster_of,
    group_id,
    not_allowed,
    not_listed,
    pod_principal,
)
from azure_rehearsal.azure.core import arm_ids, registry
from azure_rehearsal.azure.core.arm import ResourceManager
from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.services.dns.common import APEX, PAYLOADS, RECORD_SET, ZONE, record_type
from azure_rehearsal.kubernetes.cloud_controller_api import Cause, Endpoint, PodIdentity
from azure_rehearsal.kubernetes.cloud_controller_api import ExternalDnsOptions as RecordKeeper
from azure_rehearsal.protocol.provider import Refused

_KIND: Final = "Microsoft.Network/dnsZones"
_ADDRESS_TYPES: Final = {4: ("A", "ipv4Address"), 6: ("AAAA", "ipv6Address")}
_HERITAGE: Final = "heritage=external-dns"


@dataclass(frozen=True)
class _Wanted:
    """A record set, and what of it a change is seen by."""

    host: str
    type: str
    payload: Any
    cause: Cause
    note: str


def keep_records(cloud: Cloud, cluster_id: str, keeper: RecordKeeper, endpoints: Sequence[Endpoint]) -> list[str]:
    """Brings an external-dns's records to these hosts, and answers what it could not do."""
    cluster = cluster_of(cloud, cluster_id)
    if cluster is None:
        return []
    principal = pod_principal(cloud, cluster, keeper.identity)
    if principal.problem:
        return [principal.problem]
    group = group_id(cluster, keeper.resource_group)
    if problem := not_listed(cloud, principal.value, READ_NETWORK | ZONE_ROLES, _KIND, group):
        return [f"failed to list the zones of {keeper.resource_group}: {problem}"]
    zones = [
        zone
        for zone in cloud.of_type(ZONE)
        if arm_ids.same(arm_ids.resource_group_id(zone.id), group) and _matches(keeper, arm_ids.name(zone.id))
    ]
    wanted = [item for endpoint in endpoints for item in _record_sets(endpoint, keeper)]
    return list(_apply(_Writer(cloud, cluster, principal.value, keeper.ttl), keeper, zones, wanted))


def zone_problem(cloud: Cloud, cluster_id: str, identity: PodIdentity, resource_group: str, name: str) -> str:
    """Why a pod cannot write records into a zone; empty when it can."""
    cluster = cluster_of(cloud, cluster_id)
    if cluster is None:
        return "the cluster is gone"
    principal = pod_principal(cloud, cluster, identity)
    zone = f"{group_id(cluster, resource_group)}/providers/{_KIND}/{name}"
    if principal.problem:
        return principal.problem
    if cloud.get(zone) is None:
        return f"404 Not Found, ResourceNotFound: the zone {zone} was not found."
    return not_allowed(cloud, principal.value, ZONE_ROLES, f"{_KIND}/TXT/write", zone)


class _Writer:
    """Writes record sets as one principal."""

    def __init__(self, cloud: Cloud, cluster: Record, principal: str, ttl: int) -> None:
        self.cloud = cloud
        self._ttl = ttl
        self._principal = principal
        self._type = registry.arm_type(RECORD_SET)
        subscription = cluster.id.split("/")[2]
        self._manager = ResourceManager(cloud, Client.named(subscription_id=subscription, object_id=principal))

    def put(self, zone: Record, host: str, type: str, payload: Any, cause: Cause) -> str:
        """Writes a record set, unless it is so already; answers why Azure refuses it."""
        id = record_id(zone, host, type)
        existing = self.cloud.get(id)
        known = (payload, self._ttl)
        if existing is not None and (existing.properties.get(PAYLOADS[type]), existing.properties["ttl"]) == known:
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
                self.cloud.put(marked(written, {id: cause}))
                self.cloud.save()
        return ""

    def delete(self, zone: Record, record: Record) -> str:
        """Deletes a record set; answers why Azure refuses it."""
        type = record_type(record.id)
        if problem := self._refused(zone, type, "delete"):
            return f"failed to delete {type} record '{arm_ids.name(record.id)}': {problem}"
        try:
            self._manager.delete(self._type, record.id)
        except Refused as refused:
            return f"failed to delete {type} record '{arm_ids.name(record.id)}': {refused.code}: {refused.message}"
        return ""

    def _refused(self, zone: Record, type: str, operation: str) -> str:
        return not_allowed(self.cloud, self._principal, ZONE_ROLES, f"{_KIND}/{type}/{operation}", zone.id)


def _apply(writer: _Writer, keeper: RecordKeeper, zones: Sequence[Record], wanted: Iterable[_Wanted]) -> Iterator[str]:
    kept: set[str] = set()
    for item in wanted:
        zone = _zone_of(zones, item.host)
        if zone is None:
            yield f"Ignoring changes to '{item.host}' because a suitable Azure DNS zone was not found."
            continue
        id = record_id(zone, item.host, item.type)
        existing = writer.cloud.get(id)
        mark = writer.cloud.get(record_id(zone, _mark_name(keeper, item.host, item.type), "TXT"))
        if existing is not None and existing.properties.get(PAYLOADS[item.type]) and not _is_own(mark, keeper):
            continue
        if existing is not None and not existing.causes:
            yield f"{id} is an alias, which external-dns takes for missing: it writes {item.note} over it."
            continue
        kept.add(arm_ids.key(id))
        name = _mark_name(keeper, item.host, item.type)
        for problem in (
            writer.put(zone, item.host, item.type, item.payload, item.cause),
            writer.put(zone, name, "TXT", [{"value": [_mark(keeper, item.note)]}], item.cause),
        ):
            if problem:
                yield problem
    if keeper.deletes:
        for zone in zones:
            yield from _tidy(writer, keeper, zone, kept)


def _tidy(writer: _Writer, keeper: RecordKeeper, zone: Record, kept: set[str]) -> Iterator[str]:
    """Deletes what is this keeper's own and wanted no more."""
    sets = [
        item for item in writer.cloud.children(zone.id, RECORD_SET) if record_type(item.id) in ("A", "AAAA", "CNAME")
    ]
    for item in sets:
        host = _host_of(zone, item)
        mark = writer.cloud.get(record_id(zone, _mark_name(keeper, host, record_type(item.id)), "TXT"))
        if mark is None or not _is_own(mark, keeper) or arm_ids.key(item.id) in kept or not _matches(keeper, host):
            continue
        yield from filter(None, (writer.delete(zone, item), writer.delete(zone, mark)))


def _record_sets(endpoint: Endpoint, keeper: RecordKeeper) -> Iterator[_Wanted]:
    """The record sets of a host: one for each version of its addresses, or a CNAME."""
    if not _matches(keeper, endpoint.host):
        return
    addresses: dict[str, list[dict[str, str]]] = {}
    for target in sorted(endpoint.targets):
        try:
            type, field = _ADDRESS_TYPES[ipaddress.ip_address(target).version]
        except ValueError:
            yield _Wanted(endpoint.host, "CNAME", {"cname": target}, endpoint.cause, endpoint.resource)
            return
        addresses.setdefault(type, []).append({field: target})
    for type, payload in addresses.items():
        yield _Wanted(endpoint.host, type, payload, endpoint.cause, endpoint.resource)


def record_id(zone: Record, host: str, type: str) -> str:
    """The id of a host's record set in a zone."""
    relative = host.removesuffix(arm_ids.name(zone.id)).rstrip(".") or APEX
    return f"{zone.id}/{type}/{relative}"


def _host_of(zone: Record, record: Record) -> str:
    name = arm_ids.name(record.id)
    return arm_ids.name(zone.id) if name == APEX else f"{name}.{arm_ids.name(zone.id)}"


def _zone_of(zones: Sequence[Record], host: str) -> Record | None:
    """The zone with the longest name that the host lies in."""
    found = [zone for zone in zones if _is_below(host, arm_ids.name(zone.id))]
    return max(found, key=lambda zone: len(arm_ids.name(zone.id)), default=None)


def _is_below(host: str, domain: str) -> bool:
    return host.lower() == domain.lower() or host.lower().endswith(f".{domain.lower().lstrip('.')}")


def _matches(keeper: RecordKeeper, host: str) -> bool:
    included = not keeper.filters or any(_is_below(host, domain) for domain in keeper.filters)
    return included and not any(_is_below(host, domain) for domain in keeper.excluded)


def _mark_name(keeper: RecordKeeper, host: str, type: str) -> str:
    """Where the TXT record stands that says whose a record is: `a-chat.voice.example` beside `chat.voice.example`."""
    label, dot, rest = host.partition(".")
    return f"{keeper.prefix}{type.lower()}-{label}{keeper.suffix}{dot}{rest}"


def _mark(keeper: RecordKeeper, resource: str) -> str:
    return f'"{_HERITAGE},external-dns/owner={keeper.owner},external-dns/resource={resource}"'


def _is_own(mark: Record | None, keeper: RecordKeeper) -> bool:
    values = [text for item in (mark.properties.get("txtRecords") or [] if mark else []) for text in item["value"]]
    return any(_HERITAGE in text and f"external-dns/owner={keeper.owner}," in text for text in values)
