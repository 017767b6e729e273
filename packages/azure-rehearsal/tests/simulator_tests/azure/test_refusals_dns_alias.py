"""Azure's refusals of alias record sets."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.dns_setup import alias_given, cname, zone_given
from simulator_tests.azure.makers.dns import alias, endpoint, profile
from simulator_tests.azure.world import Case, World, refused

CASES: Final = [
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
