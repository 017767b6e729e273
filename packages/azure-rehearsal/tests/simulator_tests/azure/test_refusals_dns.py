"""Azure's refusals of public DNS zones and record sets."""

from __future__ import annotations

from typing import Any, Final

import pytest

from simulator_tests.azure.dns_setup import cname, name_taken, naptr, service, zone_given
from simulator_tests.azure.makers.dns import DOMAIN, address_record, record, zone
from simulator_tests.azure.world import Case, World, refused


def apex_name_servers(world: World) -> Any:
    """The NS record set that came with the zone, as after an import."""
    made = record(world, "NS", "other", nsRecords=[{"nsdname": "ns1.example.net."}])
    made.id = made.id.removesuffix("other") + "@"
    made.inputs = {**made.inputs, "relativeRecordSetName": "@"}
    return made


CASES: Final = [
    # Zones
    Case(
        "dns:Zone",
        "a name of one label",
        lambda world: zone(world, "example"),
        "InvalidDomainName",
        ("at least two labels",),
        given=World.group,
    ),
    Case(
        "dns:Zone",
        "a name with a last dot",
        lambda world: zone(world, "example.com."),
        "InvalidDomainName",
        ("without a trailing dot",),
        given=World.group,
    ),
    Case(
        "dns:Zone",
        "a name of too many labels",
        lambda world: zone(world, "a." * 33 + "example.com"),
        "BadRequest",
        ("35 labels", "34"),
        given=World.group,
    ),
    Case(
        "dns:Zone",
        "a region as location",
        lambda world: zone(world, location="westeurope"),
        "LocationNotAvailableForResourceType",
        ("'global'",),
        given=World.group,
    ),
    # Record sets
    Case(
        "dns:RecordSet",
        "a zone that does not exist",
        lambda world: (world.group(), address_record(world)),
        "ParentResourceNotFound",
        ("dnsZones/A", DOMAIN),
    ),
    Case(
        "dns:RecordSet",
        "a record type that Azure does not have",
        lambda world: record(world, "SPF", "@", txtRecords=[{"value": ["v=spf1 -all"]}]),
        "InvalidResourceType",
        ("dnsZones/SPF", "TXT"),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "records of another type",
        lambda world: record(world, "A", "api", cnameRecord={"cname": DOMAIN}),
        "BadRequest",
        ("of type 'A' and has cnameRecord", "aRecords"),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "a name with a blank",
        lambda world: address_record(world, name="my api"),
        "InvalidDomainName",
        ("relative to its zone",),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "a wildcard in the middle",
        lambda world: address_record(world, name="api.*"),
        "InvalidDomainName",
        ("only be the first label",),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "a wildcard of name servers",
        lambda world: record(world, "NS", "*", nsRecords=[{"nsdname": "ns1.example.net."}]),
        "BadRequest",
        ("cannot be a wildcard",),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "an authority below the apex",
        lambda world: record(world, "SOA", "api", soaRecord={"host": "ns1.example.net"}),
        "BadRequest",
        ("apex of its zone",),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "no time to live",
        lambda world: address_record(world, ttl=None),
        "BadRequest",
        ("TTL", "between 1 and 2147483647"),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "a time to live of zero",
        lambda world: address_record(world, ttl=0),
        "BadRequest",
        ("is 0",),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "a CNAME at the apex",
        lambda world: cname(world, "@"),
        "Conflict",
        ("another record with the same name already exists", "alias record set of type A"),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "a CNAME beside another record",
        lambda world: cname(world, "API"),
        "Conflict",
        ("The CNAME record could not be created", "/A/api"),
        given=name_taken,
    ),
    Case(
        "dns:RecordSet",
        "a record beside a CNAME",
        lambda world: (cname(world), record(world, "TXT", "www", txtRecords=[{"value": ["owner"]}])),
        "Conflict",
        ("a CNAME record with the same name already exists", "/CNAME/www"),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "a CNAME without its record",
        lambda world: record(world, "CNAME", "www"),
        "BadRequest",
        ("exactly one record",),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "a CNAME in quotes",
        lambda world: cname(world, target='"example.com"'),
        "BadRequest",
        ("domain name '\"example.com\"' is invalid",),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "an address that is none",
        lambda world: address_record(world, "203.0.113.256"),
        "BadRequest",
        ("IPv4 address '203.0.113.256' is invalid",),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "an IPv4 address as AAAA",
        lambda world: record(world, "AAAA", "api", aaaaRecords=[{"ipv6Address": "203.0.113.1"}]),
        "BadRequest",
        ("IPv6 address",),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "one address twice",
        lambda world: address_record(world, "203.0.113.1", "203.0.113.1"),
        "BadRequest",
        ("more than once",),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "more than twenty records",
        lambda world: address_record(world, *(f"203.0.113.{number}" for number in range(21))),
        "BadRequest",
        ("21 records", "20"),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "a port that there is not",
        lambda world: service(world, port=65536),
        "BadRequest",
        ("'port'", "65535"),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "a service without a target",
        lambda world: service(world, target=None),
        "BadRequest",
        ("domain name 'None' is invalid",),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "a naming authority with both ways on",
        lambda world: naptr(world, regexp="!^.*$!sip:info@example.com!"),
        "BadRequest",
        ("either a value for 'regexp' or",),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "a naming authority with no way on",
        lambda world: naptr(world, replacement="."),
        "BadRequest",
        ("either a value for 'regexp' or",),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "a naming authority with a flag that there is not",
        lambda world: naptr(world, flags="X"),
        "BadRequest",
        ("flags 'X'",),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "an authority with a tag that there is not",
        lambda world: record(world, "CAA", "@", caaRecords=[{"flags": 0, "tag": "issues", "value": "example.net"}]),
        "BadRequest",
        ("issue, issuewild, iodef",),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "a mail server without a name",
        lambda world: record(world, "MX", "@", mxRecords=[{"preference": 10, "exchange": ""}]),
        "BadRequest",
        ("domain name ''",),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "a text that is too long",
        lambda world: record(world, "TXT", "@", txtRecords=[{"value": ["x" * 256]}]),
        "BadRequest",
        ("256 characters",),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "name servers at the apex without Azure's",
        lambda world: world.change(apex_name_servers(world), nsRecords=[{"nsdname": "ns1.example.net."}]),
        "BadRequest",
        ("must keep the name servers of Azure DNS", "azure-dns.com"),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "the name servers of the apex to be deleted",
        lambda world: world.delete(apex_name_servers(world)),
        "BadRequest",
        ("type 'NS' at the apex cannot be deleted", "delete the zone"),
        given=zone_given,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)
