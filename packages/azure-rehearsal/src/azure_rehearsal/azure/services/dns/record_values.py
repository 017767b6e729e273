"""Rules for the records in a record set."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from azure_rehearsal.azure.core.rules import Request
from azure_rehearsal.azure.services.dns.common import MAX_RECORDS, PAYLOADS, is_domain, record_type
from azure_rehearsal.protocol.provider import Refused

SIXTEEN_BITS: Final = range(65536)
EIGHT_BITS: Final = range(256)
CAA_TAGS: Final = ("issue", "issuewild", "iodef")
NAPTR_FLAGS: Final = ("", "A", "P", "S", "U")
ROOT_NAME: Final = "."
MAX_TEXT_LENGTH: Final = 255
"""Maximum characters of one string of a TXT record."""
DnsRecord = Mapping[str, Any]


def _bad_request(message: str, remediation: str) -> Refused:
    return Refused("BadRequest", message, remediation)


def _domain(value: Any) -> None:
    if not is_domain(value):
        raise _bad_request(f"The domain name '{value}' is invalid.", "use a host name such as www.example.com")


def _number(record: DnsRecord, name: str, allowed: range) -> None:
    value = record.get(name)
    if value is None or value not in allowed:
        raise _bad_request(
            f"The value '{value}' of '{name}' is invalid: it must be between {allowed.start} and {allowed.stop - 1}.",
            "choose a value in the range",
        )


def _address(version: int, property: str) -> Callable[[DnsRecord], None]:
    def check(record: DnsRecord) -> None:
        value = str(record.get(property, ""))
        try:
            fits = ipaddress.ip_address(value).version == version
        except ValueError:
            fits = False
        if not fits:
            raise _bad_request(f"The IPv{version} address '{value}' is invalid.", f"use an IPv{version} address")

    return check


def _named(property: str) -> Callable[[DnsRecord], None]:
    return lambda record: _domain(record.get(property))


def _caa(record: DnsRecord) -> None:
    _number(record, "flags", EIGHT_BITS)
    if record.get("tag") not in CAA_TAGS or not record.get("value"):
        raise _bad_request(
            f"The CAA record {dict(record)} is invalid: its tag is one of {', '.join(CAA_TAGS)}, and its value is not "
            "empty.",
            "use an authority, such as tag issue with value letsencrypt.org",
        )


def _mail(record: DnsRecord) -> None:
    _number(record, "preference", SIXTEEN_BITS)
    _domain(record.get("exchange"))


def _service(record: DnsRecord) -> None:
    for name in ("priority", "weight", "port"):
        _number(record, name, SIXTEEN_BITS)
    if record.get("target") != ROOT_NAME:
        _domain(record.get("target"))


def _naming_authority(record: DnsRecord) -> None:
    for name in ("order", "preference"):
        _number(record, name, SIXTEEN_BITS)
    if str(record.get("flags") or "").upper() not in NAPTR_FLAGS:
        raise _bad_request(
            f"The flags '{record.get('flags')}' of a NAPTR record are invalid.", "use A, P, S, U or an empty string"
        )
    replacement = record.get("replacement")
    if bool(record.get("regexp")) == (replacement != ROOT_NAME):
        raise _bad_request(
            f"The NAPTR record {dict(record)} is invalid: specify either a value for 'regexp' or a value for "
            "'replacement'; with 'regexp', 'replacement' is a dot.",
            "clear regexp, or set replacement to '.'",
        )
    if replacement != ROOT_NAME:
        _domain(replacement)


def _text(record: DnsRecord) -> None:
    for value in record.get("value") or []:
        if len(value) > MAX_TEXT_LENGTH:
            raise _bad_request(
                f"A string of a TXT record has {len(value)} characters, the limit is {MAX_TEXT_LENGTH}.",
                "split it; a record is a list of strings",
            )


CHECKS: Final[Mapping[str, Callable[[DnsRecord], None]]] = {
    "A": _address(4, "ipv4Address"),
    "AAAA": _address(6, "ipv6Address"),
    "CAA": _caa,
    "CNAME": _named("cname"),
    "MX": _mail,
    "NAPTR": _naming_authority,
    "NS": _named("nsdname"),
    "PTR": _named("ptrdname"),
    "SRV": _service,
    "TXT": _text,
}


def refuse_values(request: Request) -> None:
    """Refuses malformed records, duplicates, and too many records."""
    type = record_type(request.id)
    given = request.get(PAYLOADS[type])
    records = given if isinstance(given, list) else [given] if given else []
    if len(records) > MAX_RECORDS:
        raise _bad_request(
            f"The record set '{request.name}' has {len(records)} records, the limit is {MAX_RECORDS}.",
            "use fewer records",
        )
    seen: set[str] = set()
    for record in records:
        if type in CHECKS:
            CHECKS[type](record)
        text = json.dumps(record, sort_keys=True).lower()
        if text in seen:
            raise _bad_request(
                f"The record set '{request.name}' of type '{type}' has the record {record} more than once.",
                "remove the duplicate",
            )
        seen.add(text)
