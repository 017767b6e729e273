"""Zones and record sets that tests of several subjects use."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.harness import AzureHarness
from simulator_tests.azure.makers.dns import DOMAIN, address_record, alias, record, zone


def with_zone(azure: AzureHarness) -> None:
    azure.group()
    zone(azure)


def name_taken(azure: AzureHarness) -> None:
    with_zone(azure)
    address_record(azure)


def with_alias(azure: AzureHarness) -> None:
    with_zone(azure)
    azure.address("pip-gateway")
    alias(azure, azure["pip-gateway"].id)


def cname(
    azure: AzureHarness, name: str = "www", target: str = "traf-shop.trafficmanager.net", **changes: Any
) -> object:
    return record(azure, "CNAME", name, cnameRecord={"cname": target}, **changes)


def naptr(azure: AzureHarness, **changes: Any) -> object:
    good = {"order": 10, "preference": 10, "flags": "S", "services": "E2U+mail", "regexp": "", "replacement": DOMAIN}
    return record(azure, "NAPTR", "@", naptrRecords=[{**good, **changes}])


def service(azure: AzureHarness, **changes: Any) -> object:
    return record(
        azure, "SRV", "_ldap._tcp", srvRecords=[{"priority": 0, "weight": 0, "port": 8080, "target": DOMAIN, **changes}]
    )
