"""Public DNS zones: their name servers, and the record sets that Azure creates with them."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from azure_rehearsal.azure.core import default_resources
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import ArmType, NameRule, Request
from azure_rehearsal.azure.services.dns.common import LABEL, MAX_RECORD_SETS, MAX_RECORDS, RECORD_SET, ZONE, ZONE_PATH
from azure_rehearsal.protocol.provider import Refused

SERVER_DOMAINS: Final = ("com", "net", "org", "info")
SERVER_SETS: Final = 39
"""Azure's sets of four name servers (`ns1-01.azure-dns.com` to `ns4-39.azure-dns.info`, observed in 2026). Two zones
with the same name never get the same set.
"""
NS_TTL: Final = 172800
SOA_TTL: Final = 3600
MAX_LABELS: Final = 34


def _server_set(record: Record) -> int:
    return int(str(record.properties["nameServers"][0]).split(".")[0].split("-")[1])


def _name_servers(request: Request, record: Record) -> list[str]:
    """A set that no other zone of this name has; constant for one lifetime of the zone."""
    taken = {
        _server_set(zone)
        for zone in request.cloud.of_type(ZONE)
        if zone.properties["name"].lower() == request.name.lower() and zone.id != record.id
    }
    start = int(hashlib.sha256(record.creation_id.encode()).hexdigest(), 16)
    free = [number for step in range(SERVER_SETS) if (number := (start + step) % SERVER_SETS + 1) not in taken]
    if not free:
        raise Refused(
            "TooManyZonesWithSameName",
            f"The zone '{request.name}' is not available: {SERVER_SETS} zones already have this name.",
            "use an existing zone, or delete one",
        )
    return [f"ns{position}-{free[0]:02}.azure-dns.{domain}." for position, domain in enumerate(SERVER_DOMAINS, start=1)]


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    return {"nameServers": request.previous("nameServers") or _name_servers(request, record)}


def _live(cloud: Cloud, record: Record) -> dict[str, Any]:
    return {
        "maxNumberOfRecordSets": MAX_RECORD_SETS,
        "maxNumberOfRecordsPerRecordSet": MAX_RECORDS,
        "numberOfRecordSets": len(cloud.children(record.id, RECORD_SET)),
    }


def _refuse_labels(request: Request) -> None:
    count = request.name.count(".") + 1
    if count > MAX_LABELS:
        raise Refused(
            "BadRequest",
            f"The zone name '{request.name}' has {count} labels, the limit is {MAX_LABELS}.",
            "choose a shorter name",
        )


def _create_apex_record_sets(request: Request, record: Record) -> None:
    """Creates NS and SOA at the apex, as Azure does with a zone."""
    if request.old is not None:
        return
    servers = record.properties["nameServers"]
    common = {"fqdn": f"{request.name}.", "provisioningState": "Succeeded"}
    name_servers = {**common, "ttl": NS_TTL, "nsRecords": [{"nsdname": server} for server in servers]}
    authority = {
        "host": servers[0],
        "email": "azuredns-hostmaster.microsoft.com",
        "serialNumber": 1,
        "refreshTime": 3600,
        "retryTime": 300,
        "expireTime": 2419200,
        "minimumTtl": 300,
    }
    default_resources.add(request.cloud, f"{request.id}/NS/@", RECORD_SET, name_servers)
    default_resources.add(
        request.cloud, f"{request.id}/SOA/@", RECORD_SET, {**common, "ttl": SOA_TTL, "soaRecord": authority}
    )


TYPE: Final = ArmType(
    token=ZONE,
    path=ZONE_PATH,
    locations=("global",),
    name=NameRule(
        rf"{LABEL}(\.{LABEL})+",
        3,
        253,
        "A DNS zone is a domain name of at least two labels without a trailing dot, each of up to 63 letters, digits, "
        "'-' and '_'.",
        code="InvalidDomainName",
    ),
    rules=(_refuse_labels,),
    defaults={"zoneType": "Public"},
    outputs=_outputs,
    live_outputs=_live,
    after_write=_create_apex_record_sets,
)
