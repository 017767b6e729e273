"""Tokens, id template, names and record types that zones and record sets share."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from azure_rehearsal.azure.core import arm_ids

ZONE: Final = "azure-native:dns:Zone"
RECORD_SET: Final = "azure-native:dns:RecordSet"
ZONE_PATH: Final = arm_ids.provider_id("Microsoft.Network/dnsZones", "zoneName")

APEX: Final = "@"
LABEL: Final = r"[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?"
MAX_DOMAIN_LENGTH: Final = 253
"""Characters (RFC 1035)."""

MAX_RECORD_SETS: Final = 10000
MAX_RECORDS: Final = 20
"""Limits of a zone and of a record set: `az network dns zone show`, "Azure DNS limits"."""

PAYLOADS: Final = {
    "A": "aRecords",
    "AAAA": "aaaaRecords",
    "CAA": "caaRecords",
    "CNAME": "cnameRecord",
    "DS": "dsRecords",
    "MX": "mxRecords",
    "NAPTR": "naptrRecords",
    "NS": "nsRecords",
    "PTR": "ptrRecords",
    "SOA": "soaRecord",
    "SRV": "srvRecords",
    "TLSA": "tlsaRecords",
    "TXT": "txtRecords",
}
"""Property with the records, by record type."""

CREATED_WITH_ZONE: Final = ("NS", "SOA")
"""Record sets at the apex, which Azure creates and deletes with their zone."""

_DOMAIN: Final = re.compile(rf"{LABEL}(\.{LABEL})*\.?")


def is_domain(text: object) -> bool:
    """Whether `text` is a domain name, with or without a trailing dot."""
    return isinstance(text, str) and len(text) <= MAX_DOMAIN_LENGTH and _DOMAIN.fullmatch(text) is not None


def is_address(text: object) -> bool:
    """Whether `text` is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(str(text))
    except ValueError:
        return False
    return True


def record_type(id: str) -> str:
    """The record type in a record set's id, such as `CNAME`."""
    return id.rsplit("/", 2)[-2].upper()
