"""Public DNS zones, record sets, Traffic Manager profiles and endpoints."""

from __future__ import annotations

from typing import Any, Final

from simulator_tests.azure.harness import LOCATION, AzureHarness, Deployed
from simulator_tests.azure.makers.common import OTHER_REGION, made

DOMAIN: Final = "shop.example.com"
PROFILE: Final = "traf-shop"


def zone(azure: AzureHarness, name: str = DOMAIN, **changes: Any) -> Deployed:
    return made(azure, "dns:Zone", name, {"zoneName": name, "location": "global"}, changes)


def record(azure: AzureHarness, type: str = "A", name: str = "api", **changes: Any) -> Deployed:
    """A record set of the zone; it has no records unless `changes` contains them."""
    base = {"zoneName": DOMAIN, "recordType": type, "relativeRecordSetName": name, "ttl": 300}
    return made(azure, "dns:RecordSet", f"{type} {name}", base, changes)


def address_record(azure: AzureHarness, *addresses: str, name: str = "api", **changes: Any) -> Deployed:
    given = [{"ipv4Address": address} for address in addresses or ("203.0.113.10",)]
    return record(azure, "A", name, aRecords=given, **changes)


def alias(azure: AzureHarness, target: str, type: str = "A", name: str = "api", **changes: Any) -> Deployed:
    return record(azure, type, name, targetResource={"id": target}, **changes)


def profile(azure: AzureHarness, name: str = PROFILE, **changes: Any) -> Deployed:
    base = {
        "profileName": name,
        "location": "global",
        "trafficRoutingMethod": "Performance",
        "dnsConfig": {"relativeName": name, "ttl": 30},
        "monitorConfig": {"protocol": "HTTPS", "port": 443, "path": "/healthz"},
    }
    return made(azure, "trafficmanager:Profile", name, base, changes)


def endpoint(azure: AzureHarness, name: str = LOCATION, kind: str = "externalEndpoints", **changes: Any) -> Deployed:
    base = {
        "profileName": PROFILE,
        "endpointType": kind,
        "endpointName": name,
        "target": f"api.{name}.{DOMAIN}",
        "endpointLocation": name if name in (LOCATION, OTHER_REGION) else LOCATION,
    }
    return made(azure, "trafficmanager:Endpoint", name, base, changes)
