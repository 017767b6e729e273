"""What Azure refuses of public zones and record sets, in its own words, and what it does by itself."""

from __future__ import annotations

from typing import Any, Final

import pytest

from azure_rehearsal.azure.services.dns.common import PAYLOADS
from simulator_tests.azure.names import DOMAIN, address_record, alias, endpoint, profile, record, zone
from simulator_tests.azure.world import GROUP, Case, World, refused


def zone_given(world: World) -> None:
    world.group()
    zone(world)


def name_taken(world: World) -> None:
    zone_given(world)
    address_record(world)


def alias_given(world: World) -> None:
    zone_given(world)
    world.address("pip-gateway")
    alias(world, world["pip-gateway"].id)


def cname(world: World, name: str = "www", target: str = "traf-voice.trafficmanager.net", **changes: Any) -> object:
    return record(world, "CNAME", name, cnameRecord={"cname": target}, **changes)


def naptr(world: World, **changes: Any) -> object:
    good = {"order": 10, "preference": 10, "flags": "S", "services": "SIP+D2U", "regexp": "", "replacement": DOMAIN}
    return record(world, "NAPTR", "@", naptrRecords=[{**good, **changes}])


def service(world: World, **changes: Any) -> object:
    return record(
        world, "SRV", "_sip._udp", srvRecords=[{"priority": 0, "weight": 0, "port": 5060, "target": DOMAIN, **changes}]
    )


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
    # Aliases
    Case(
        "dns:RecordSet",
        "an alias and records",
        lambda world: alias(world, world["pip-out"].id, aRecords=[{"ipv4Address": "203.0.113.1"}]),
        "BadRequest",
        ("both",),
        given=lambda world: (zone_given(world), world.address()),
    ),
    Case(
        "dns:RecordSet",
        "an alias of an address that does not exist",
        lambda world: alias(world, world["pip-gateway"].id.replace("gateway", "other"), name="www"),
        "InvalidResourceReference",
        ("pip-other",),
        given=alias_given,
    ),
    Case(
        "dns:RecordSet",
        "an alias of something without an address",
        lambda world: (world.network(), alias(world, world["vnet-voice"].id)),
        "BadRequest",
        ("microsoft.network/virtualnetworks", "publicipaddresses"),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "a CNAME as alias of an address",
        lambda world: alias(world, world["pip-gateway"].id, "CNAME", "www"),
        "BadRequest",
        ("of type 'CNAME'", "trafficmanagerprofiles"),
        given=alias_given,
    ),
    Case(
        "dns:RecordSet",
        "an AAAA as alias of an IPv4 address",
        lambda world: alias(world, world["pip-gateway"].id, "AAAA", "www"),
        "BadRequest",
        ("no IPv6 address",),
        given=alias_given,
    ),
    Case(
        "dns:RecordSet",
        "an A as alias of a profile with host names",
        lambda world: (profile(world), endpoint(world), alias(world, world["traf-voice"].id)),
        "BadRequest",
        ("not an external endpoint with an address", "type CNAME"),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "an alias of a record set of another type",
        lambda world: (cname(world), alias(world, world["CNAME www"].id)),
        "BadRequest",
        ("not another record set of type 'A'",),
        given=zone_given,
    ),
    Case(
        "dns:RecordSet",
        "too many aliases of one address",
        lambda world: [alias(world, world["pip-gateway"].id, name=f"host-{number}") for number in range(20)],
        "BadRequest",
        ("20 alias record sets",),
        given=alias_given,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)


def asked(world: World, name: str = DOMAIN, group: str = GROUP) -> dict[str, Any]:
    return world.ask("dns:getZone", resourceGroupName=group, zoneName=name)


def test_a_zone_comes_with_name_servers_that_stay(world: World) -> None:
    zone_given(world)
    before = asked(world)["nameServers"]

    world.change(world[DOMAIN], tags={"owner": "somebody"})

    assert len(before) == 4
    assert all(server.startswith("ns") and server.endswith(".") for server in before)
    assert asked(world)["nameServers"] == before


def test_zones_of_one_name_and_a_zone_that_is_made_again_have_other_name_servers(world: World) -> None:
    zone_given(world)
    first = asked(world)["nameServers"]
    world.group("rg-other")
    zone(world, resourceGroupName="rg-other")
    second = asked(world, group="rg-other")["nameServers"]
    world.delete(world[DOMAIN])
    zone(world, resourceGroupName="rg-other")
    again = asked(world, group="rg-other")["nameServers"]

    assert len({*first, *second}) == 8
    assert len({*first, *again}) == 8
    assert again != second


def test_a_zone_begins_with_its_authority_and_its_name_servers(world: World) -> None:
    zone_given(world)

    given = {
        type: world.ask(
            "dns:getRecordSet",
            resourceGroupName=GROUP,
            zoneName=DOMAIN,
            recordType=type,
            relativeRecordSetName="@",
        )
        for type in ("NS", "SOA")
    }

    assert asked(world)["numberOfRecordSets"] == 2
    assert [item["nsdname"] for item in given["NS"]["nsRecords"]] == asked(world)["nameServers"]
    assert given["SOA"]["soaRecord"]["host"] == asked(world)["nameServers"][0]
    assert given["SOA"]["type"] == "Microsoft.Network/dnsZones/SOA"


def test_what_came_with_the_zone_is_not_created_again(world: World) -> None:
    zone_given(world)

    with refused("ResourceAlreadyExists", "NS/@"):
        record(world, "NS", "@", nsRecords=[{"nsdname": "ns1.example.net."}])


def test_a_zone_takes_its_record_sets_along(world: World) -> None:
    name_taken(world)

    world.delete(world[DOMAIN])

    assert world.cloud.leftovers() == [world[GROUP].id]


@pytest.mark.parametrize("name", ["api", "*", "@", "_sip._udp", "*.test", "a.b.c"])
def test_names_are_relative_to_the_zone(world: World, name: str) -> None:
    zone_given(world)

    made = address_record(world, name=name)

    assert made["fqdn"] == (f"{DOMAIN}." if name == "@" else f"{name}.{DOMAIN}.")
    assert made["type"] == "Microsoft.Network/dnsZones/A"


def test_good_records_of_every_kind_are_taken(world: World) -> None:
    zone_given(world)
    naptr(world)
    service(world)
    record(world, "CAA", "@", caaRecords=[{"flags": 0, "tag": "issue", "value": "letsencrypt.org"}])
    record(world, "MX", "@", mxRecords=[{"preference": 10, "exchange": "mail.example.com"}])
    record(world, "NS", "westeurope", nsRecords=[{"nsdname": "ns1-01.azure-dns.com."}])
    record(world, "PTR", "10", ptrRecords=[{"ptrdname": "host.example.com"}])
    record(world, "TXT", "@", txtRecords=[{"value": ["a", "b"]}])
    record(world, "A", "empty")

    assert asked(world)["numberOfRecordSets"] == 10


def test_every_record_type_has_a_place_for_its_records() -> None:
    assert len(set(PAYLOADS.values())) == len(PAYLOADS)


def test_the_alias_of_a_deleted_address_stays_empty_even_when_the_address_comes_back(world: World) -> None:
    alias_given(world)
    made = world["A api"]
    assert made["targetResource"] == {"id": world["pip-gateway"].id}

    world.delete(world["pip-gateway"])
    gone = world.read(made)
    world.address("pip-gateway")
    back = world.read(made)

    assert gone is not None
    assert back is not None
    assert gone[1]["targetResource"] == back[1]["targetResource"] == {}


def test_another_type_or_name_replaces_a_record_set_and_other_records_do_not(world: World) -> None:
    name_taken(world)
    made = world["A api"]

    assert world.difference(made, recordType="AAAA").replaces == ["recordType"]
    assert world.difference(made, relativeRecordSetName="www").replaces == ["relativeRecordSetName"]
    changed = world.difference(made, aRecords=[{"ipv4Address": "203.0.113.11"}], ttl=60)
    assert changed.replaces == []
    assert set(changed.changed) == {"aRecords[0].ipv4Address", "ttl"}


def test_an_alias_can_become_a_plain_address_in_place(world: World) -> None:
    alias_given(world)

    changed = world.change(world["A api"], targetResource=None, aRecords=[{"ipv4Address": "10.10.9.62"}])

    assert changed["aRecords"] == [{"ipv4Address": "10.10.9.62"}]
    assert changed.outputs.get("targetResource") is None
