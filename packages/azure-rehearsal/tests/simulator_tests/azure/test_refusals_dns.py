"""Azure's refusals of public DNS zones and record sets."""

from __future__ import annotations

from typing import Any, Final

import pytest

from simulator_tests.azure.dns_setup import cname, name_taken, naptr, service, with_zone
from simulator_tests.azure.harness import AzureHarness, Case, refused
from simulator_tests.azure.makers.dns import DOMAIN, address_record, record, zone


def apex_name_servers(azure: AzureHarness) -> Any:
    """The NS record set that Azure created with the zone, as after an import."""
    made = record(azure, "NS", "other", nsRecords=[{"nsdname": "ns1.example.net."}])
    made.id = made.id.removesuffix("other") + "@"
    made.inputs = {**made.inputs, "relativeRecordSetName": "@"}
    return made


CASES: Final = [
    # Zones
    Case(
        "dns:Zone",
        "a name of one label",
        lambda azure: zone(azure, "example"),
        "InvalidDomainName",
        ("at least two labels",),
        setup=AzureHarness.group,
    ),
    Case(
        "dns:Zone",
        "a name with a trailing dot",
        lambda azure: zone(azure, "example.com."),
        "InvalidDomainName",
        ("without a trailing dot",),
        setup=AzureHarness.group,
    ),
    Case(
        "dns:Zone",
        "a name with too many labels",
        lambda azure: zone(azure, "a." * 33 + "example.com"),
        "BadRequest",
        ("35 labels", "34"),
        setup=AzureHarness.group,
    ),
    Case(
        "dns:Zone",
        "a region as location",
        lambda azure: zone(azure, location="westeurope"),
        "LocationNotAvailableForResourceType",
        ("'global'",),
        setup=AzureHarness.group,
    ),
    # Record sets
    Case(
        "dns:RecordSet",
        "a zone that does not exist",
        lambda azure: (azure.group(), address_record(azure)),
        "ParentResourceNotFound",
        ("dnsZones/A", DOMAIN),
    ),
    Case(
        "dns:RecordSet",
        "a record type that Azure does not have",
        lambda azure: record(azure, "SPF", "@", txtRecords=[{"value": ["v=spf1 -all"]}]),
        "InvalidResourceType",
        ("dnsZones/SPF", "TXT"),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "records of another type",
        lambda azure: record(azure, "A", "api", cnameRecord={"cname": DOMAIN}),
        "BadRequest",
        ("of type 'A' and has cnameRecord", "aRecords"),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "a name with a space",
        lambda azure: address_record(azure, name="my api"),
        "InvalidDomainName",
        ("relative to its zone",),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "a wildcard in the middle",
        lambda azure: address_record(azure, name="api.*"),
        "InvalidDomainName",
        ("only be the first label",),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "a wildcard NS record set",
        lambda azure: record(azure, "NS", "*", nsRecords=[{"nsdname": "ns1.example.net."}]),
        "BadRequest",
        ("cannot be a wildcard",),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "an SOA below the apex",
        lambda azure: record(azure, "SOA", "api", soaRecord={"host": "ns1.example.net"}),
        "BadRequest",
        ("apex of its zone",),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "no time to live",
        lambda azure: address_record(azure, ttl=None),
        "BadRequest",
        ("TTL", "between 1 and 2147483647"),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "a time to live of zero",
        lambda azure: address_record(azure, ttl=0),
        "BadRequest",
        ("is 0",),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "a CNAME at the apex",
        lambda azure: cname(azure, "@"),
        "Conflict",
        ("another record with the same name already exists", "alias record set of type A"),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "a CNAME next to another record",
        lambda azure: cname(azure, "API"),
        "Conflict",
        ("The CNAME record could not be created", "/A/api"),
        setup=name_taken,
    ),
    Case(
        "dns:RecordSet",
        "a record next to a CNAME",
        lambda azure: (cname(azure), record(azure, "TXT", "www", txtRecords=[{"value": ["owner"]}])),
        "Conflict",
        ("a CNAME record with the same name already exists", "/CNAME/www"),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "a CNAME without its record",
        lambda azure: record(azure, "CNAME", "www"),
        "BadRequest",
        ("exactly one record",),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "a CNAME in quotes",
        lambda azure: cname(azure, target='"example.com"'),
        "BadRequest",
        ("domain name '\"example.com\"' is invalid",),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "an invalid email address",
        lambda azure: address_record(azure, "203.0.113.256"),
        "BadRequest",
        ("IPv4 address '203.0.113.256' is invalid",),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "an IPv4 address as AAAA",
        lambda azure: record(azure, "AAAA", "api", aaaaRecords=[{"ipv6Address": "203.0.113.1"}]),
        "BadRequest",
        ("IPv6 address",),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "the same address twice",
        lambda azure: address_record(azure, "203.0.113.1", "203.0.113.1"),
        "BadRequest",
        ("more than once",),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "more than twenty records",
        lambda azure: address_record(azure, *(f"203.0.113.{number}" for number in range(21))),
        "BadRequest",
        ("21 records", "20"),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "an invalid port",
        lambda azure: service(azure, port=65536),
        "BadRequest",
        ("'port'", "65535"),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "an SRV record without a target",
        lambda azure: service(azure, target=None),
        "BadRequest",
        ("domain name 'None' is invalid",),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "a NAPTR record with regexp and replacement",
        lambda azure: naptr(azure, regexp="!^.*$!web:info@example.com!"),
        "BadRequest",
        ("either a value for 'regexp' or",),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "a NAPTR record without regexp and replacement",
        lambda azure: naptr(azure, replacement="."),
        "BadRequest",
        ("either a value for 'regexp' or",),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "a NAPTR record with an unknown flag",
        lambda azure: naptr(azure, flags="X"),
        "BadRequest",
        ("flags 'X'",),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "a CAA record with an unknown tag",
        lambda azure: record(azure, "CAA", "@", caaRecords=[{"flags": 0, "tag": "issues", "value": "example.net"}]),
        "BadRequest",
        ("issue, issuewild, iodef",),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "an MX record without a host",
        lambda azure: record(azure, "MX", "@", mxRecords=[{"preference": 10, "exchange": ""}]),
        "BadRequest",
        ("domain name ''",),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "a TXT string that is too long",
        lambda azure: record(azure, "TXT", "@", txtRecords=[{"value": ["x" * 256]}]),
        "BadRequest",
        ("256 characters",),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "an NS record set at the apex without Azure's name servers",
        lambda azure: azure.change(apex_name_servers(azure), nsRecords=[{"nsdname": "ns1.example.net."}]),
        "BadRequest",
        ("must keep the name servers of Azure DNS", "azure-dns.com"),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "the deletion of the NS record set at the apex",
        lambda azure: azure.delete(apex_name_servers(azure)),
        "BadRequest",
        ("type 'NS' at the apex cannot be deleted", "delete the zone"),
        setup=with_zone,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)
