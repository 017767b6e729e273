"""Zones and record sets that tests of several subjects use."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.makers.dns import DOMAIN, address_record, alias, record, zone
from simulator_tests.azure.world import World


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
