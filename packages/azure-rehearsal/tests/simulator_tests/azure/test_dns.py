"""Public DNS zones and record sets that Azure accepts: name servers, default record sets, aliases."""

from __future__ import annotations

from typing import Any

import pytest

from azure_rehearsal.azure.services.dns.common import PAYLOADS
from simulator_tests.azure.dns_setup import name_taken, naptr, service, with_alias, with_zone
from simulator_tests.azure.harness import GROUP, AzureHarness, refused
from simulator_tests.azure.makers.dns import DOMAIN, address_record, record, zone


def read_record_set(azure: AzureHarness, name: str = DOMAIN, group: str = GROUP) -> dict[str, Any]:
    return azure.invoke("dns:getZone", resourceGroupName=group, zoneName=name)


def test_the_name_servers_of_a_zone_are_stable(azure: AzureHarness) -> None:
    with_zone(azure)
    before = read_record_set(azure)["nameServers"]

    azure.change(azure[DOMAIN], tags={"owner": "another-team"})

    assert len(before) == 4
    assert all(server.startswith("ns") and server.endswith(".") for server in before)
    assert read_record_set(azure)["nameServers"] == before


def test_zones_with_the_same_name_and_recreated_zones_have_other_name_servers(azure: AzureHarness) -> None:
    with_zone(azure)
    first = read_record_set(azure)["nameServers"]
    azure.group("rg-other")
    zone(azure, resourceGroupName="rg-other")
    second = read_record_set(azure, group="rg-other")["nameServers"]
    azure.delete(azure[DOMAIN])
    zone(azure, resourceGroupName="rg-other")
    again = read_record_set(azure, group="rg-other")["nameServers"]

    assert len({*first, *second}) == 8
    assert len({*first, *again}) == 8
    assert again != second


def test_azure_creates_soa_and_ns_with_a_zone(azure: AzureHarness) -> None:
    with_zone(azure)

    given = {
        type: azure.invoke(
            "dns:getRecordSet",
            resourceGroupName=GROUP,
            zoneName=DOMAIN,
            recordType=type,
            relativeRecordSetName="@",
        )
        for type in ("NS", "SOA")
    }

    assert read_record_set(azure)["numberOfRecordSets"] == 2
    assert [item["nsdname"] for item in given["NS"]["nsRecords"]] == read_record_set(azure)["nameServers"]
    assert given["SOA"]["soaRecord"]["host"] == read_record_set(azure)["nameServers"][0]
    assert given["SOA"]["type"] == "Microsoft.Network/dnsZones/SOA"


def test_creating_the_default_record_sets_is_refused(azure: AzureHarness) -> None:
    with_zone(azure)

    with refused("ResourceAlreadyExists", "NS/@"):
        record(azure, "NS", "@", nsRecords=[{"nsdname": "ns1.example.net."}])


def test_deleting_a_zone_deletes_its_record_sets(azure: AzureHarness) -> None:
    name_taken(azure)

    azure.delete(azure[DOMAIN])

    assert azure.cloud.leftovers() == [azure[GROUP].id]


@pytest.mark.parametrize("name", ["api", "*", "@", "_ldap._tcp", "*.test", "a.b.c"])
def test_names_are_relative_to_the_zone(azure: AzureHarness, name: str) -> None:
    with_zone(azure)

    made = address_record(azure, name=name)

    assert made["fqdn"] == (f"{DOMAIN}." if name == "@" else f"{name}.{DOMAIN}.")
    assert made["type"] == "Microsoft.Network/dnsZones/A"


def test_valid_records_of_every_type_are_accepted(azure: AzureHarness) -> None:
    with_zone(azure)
    naptr(azure)
    service(azure)
    record(azure, "CAA", "@", caaRecords=[{"flags": 0, "tag": "issue", "value": "letsencrypt.org"}])
    record(azure, "MX", "@", mxRecords=[{"preference": 10, "exchange": "mail.example.com"}])
    record(azure, "NS", "westeurope", nsRecords=[{"nsdname": "ns1-01.azure-dns.com."}])
    record(azure, "PTR", "10", ptrRecords=[{"ptrdname": "host.example.com"}])
    record(azure, "TXT", "@", txtRecords=[{"value": ["a", "b"]}])
    record(azure, "A", "empty")

    assert read_record_set(azure)["numberOfRecordSets"] == 10


def test_every_record_type_has_a_payload_property() -> None:
    assert len(set(PAYLOADS.values())) == len(PAYLOADS)


def test_the_alias_of_a_deleted_address_stays_empty_after_its_recreation(azure: AzureHarness) -> None:
    with_alias(azure)
    made = azure["A api"]
    assert made["targetResource"] == {"id": azure["pip-gateway"].id}

    azure.delete(azure["pip-gateway"])
    gone = azure.read(made)
    azure.address("pip-gateway")
    back = azure.read(made)

    assert gone is not None
    assert back is not None
    assert gone[1]["targetResource"] == back[1]["targetResource"] == {}


def test_only_another_type_or_name_replaces_a_record_set(azure: AzureHarness) -> None:
    name_taken(azure)
    made = azure["A api"]

    assert azure.diff(made, recordType="AAAA").replaces == ["recordType"]
    assert azure.diff(made, relativeRecordSetName="www").replaces == ["relativeRecordSetName"]
    changed = azure.diff(made, aRecords=[{"ipv4Address": "203.0.113.11"}], ttl=60)
    assert changed.replaces == []
    assert set(changed.changed) == {"aRecords[0].ipv4Address", "ttl"}


def test_an_alias_can_become_an_address_record_in_place(azure: AzureHarness) -> None:
    with_alias(azure)

    changed = azure.change(azure["A api"], targetResource=None, aRecords=[{"ipv4Address": "10.10.9.62"}])

    assert changed["aRecords"] == [{"ipv4Address": "10.10.9.62"}]
    assert changed.outputs.get("targetResource") is None
