"""Public DNS zones and record sets that Azure accepts: name servers, default record sets, aliases."""

from __future__ import annotations

from typing import Any

import pytest

from azure_rehearsal.azure.services.dns.common import PAYLOADS
from simulator_tests.azure.dns_setup import alias_given, name_taken, naptr, service, zone_given
from simulator_tests.azure.makers.dns import DOMAIN, address_record, record, zone
from simulator_tests.azure.world import GROUP, World, refused


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
