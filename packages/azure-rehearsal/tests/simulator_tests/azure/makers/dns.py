"""Makers of zones, record sets and Traffic Manager profiles, with inputs that Azure takes; tests change them."""

from __future__ import annotations

from typing import Any, Final

from simulator_tests.azure.makers.common import OTHER_REGION, made
from simulator_tests.azure.world import LOCATION, Made, World

DOMAIN: Final = "voice.example.com"
PROFILE: Final = "traf-voice"


def zone(world: World, name: str = DOMAIN, **changes: Any) -> Made:
    return made(world, "dns:Zone", name, {"zoneName": name, "location": "global"}, changes)


def record(world: World, type: str = "A", name: str = "api", **changes: Any) -> Made:
    """A record set of the zone; without records where `changes` has none."""
    base = {"zoneName": DOMAIN, "recordType": type, "relativeRecordSetName": name, "ttl": 300}
    return made(world, "dns:RecordSet", f"{type} {name}", base, changes)


def address_record(world: World, *addresses: str, name: str = "api", **changes: Any) -> Made:
    given = [{"ipv4Address": address} for address in addresses or ("203.0.113.10",)]
    return record(world, "A", name, aRecords=given, **changes)


def alias(world: World, target: str, type: str = "A", name: str = "api", **changes: Any) -> Made:
    return record(world, type, name, targetResource={"id": target}, **changes)


def profile(world: World, name: str = PROFILE, **changes: Any) -> Made:
    base = {
        "profileName": name,
        "location": "global",
        "trafficRoutingMethod": "Performance",
        "dnsConfig": {"relativeName": name, "ttl": 30},
        "monitorConfig": {"protocol": "HTTPS", "port": 443, "path": "/healthz"},
    }
    return made(world, "trafficmanager:Profile", name, base, changes)


def endpoint(world: World, name: str = LOCATION, kind: str = "externalEndpoints", **changes: Any) -> Made:
    base = {
        "profileName": PROFILE,
        "endpointType": kind,
        "endpointName": name,
        "target": f"api.{name}.{DOMAIN}",
        "endpointLocation": name if name in (LOCATION, OTHER_REGION) else LOCATION,
    }
    return made(world, "trafficmanager:Endpoint", name, base, changes)
