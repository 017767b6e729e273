"""Azure's refusals of alias record sets."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.dns_setup import cname, with_alias, with_zone
from simulator_tests.azure.harness import AzureHarness, Case, refused
from simulator_tests.azure.makers.dns import alias, endpoint, profile

CASES: Final = [
    Case(
        "dns:RecordSet",
        "an alias and records",
        lambda azure: alias(azure, azure["pip-out"].id, aRecords=[{"ipv4Address": "203.0.113.1"}]),
        "BadRequest",
        ("both",),
        setup=lambda azure: (with_zone(azure), azure.address()),
    ),
    Case(
        "dns:RecordSet",
        "an alias of an address that does not exist",
        lambda azure: alias(azure, azure["pip-gateway"].id.replace("gateway", "other"), name="www"),
        "InvalidResourceReference",
        ("pip-other",),
        setup=with_alias,
    ),
    Case(
        "dns:RecordSet",
        "an alias of an unsupported type",
        lambda azure: (azure.network(), alias(azure, azure["vnet-shop"].id)),
        "BadRequest",
        ("microsoft.network/virtualnetworks", "publicipaddresses"),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "a CNAME as alias of an address",
        lambda azure: alias(azure, azure["pip-gateway"].id, "CNAME", "www"),
        "BadRequest",
        ("of type 'CNAME'", "trafficmanagerprofiles"),
        setup=with_alias,
    ),
    Case(
        "dns:RecordSet",
        "an AAAA as alias of an IPv4 address",
        lambda azure: alias(azure, azure["pip-gateway"].id, "AAAA", "www"),
        "BadRequest",
        ("no IPv6 address",),
        setup=with_alias,
    ),
    Case(
        "dns:RecordSet",
        "an A as alias of a profile with host names",
        lambda azure: (profile(azure), endpoint(azure), alias(azure, azure["traf-shop"].id)),
        "BadRequest",
        ("not an external endpoint with an address", "type CNAME"),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "an alias of a record set of another type",
        lambda azure: (cname(azure), alias(azure, azure["CNAME www"].id)),
        "BadRequest",
        ("not another record set of type 'A'",),
        setup=with_zone,
    ),
    Case(
        "dns:RecordSet",
        "too many aliases of one address",
        lambda azure: [alias(azure, azure["pip-gateway"].id, name=f"host-{number}") for number in range(20)],
        "BadRequest",
        ("20 alias record sets",),
        setup=with_alias,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)
