"""What a region offers: VM sizes, and the capabilities of PostgreSQL flexible servers.

Examples: specification/compute/resource-manager/Microsoft.Compute/Skus/stable/2021-07-01/examples/skus/
ListAvailableResourceSkusForARegion.json, specification/postgresql/resource-manager/Microsoft.DBforPostgreSQL/stable/
2024-08-01/examples/CapabilitiesByLocation.json. Every region offers every size that the simulator knows, except the
sizes that the subscription is not offered (`Subscription.restricted_sizes`).
"""

from __future__ import annotations

import re
from typing import Any, Final

from azure_rehearsal.azure.core.rules import normal_location
from azure_rehearsal.azure.data.quotas import COMPUTE, POSTGRESQL, family_of
from azure_rehearsal.azure.data.region_pairs import PAIRS
from azure_rehearsal.azure.data.regions import REGIONS
from azure_rehearsal.azure.data.vm_sizes import VM_SIZES, VmSize
from azure_rehearsal.azure.rest.request import ArmRequest, Route, page
from azure_rehearsal.azure.services.dbforpostgresql.offers import BURSTABLE, NEWEST_VERSIONS, RETIRED_VERSIONS, tier_of

_LOCATION: Final = re.compile(r"location eq '([^']+)'", re.IGNORECASE)
_BURSTABLE_SIZES: Final = {
    "Standard_B1ms": 1,
    "Standard_B2s": 2,
    **{f"Standard_B{n}ms": n for n in (2, 4, 8, 12, 16, 20)},
}


def _sizes(request: ArmRequest) -> dict[str, Any]:
    request.require_registered(COMPUTE)
    found = _LOCATION.search(request.filter)
    locations = [normal_location(found[1])] if found else sorted(REGIONS)
    known = [name for name in locations if name in REGIONS]
    return page([_size(request, size, name) for name in known for size in VM_SIZES.values()])


def _size(request: ArmRequest, size: VmSize, location: str) -> dict[str, Any]:
    zones = list(REGIONS[location])
    restricted = size.name.lower() in request.cloud.subscription.restricted_sizes
    version6 = re.search(r"_v([6-9])$", size.name) is not None
    capabilities = {
        "vCPUs": size.cpus,
        "vCPUsAvailable": size.cpus,
        "MemoryGB": f"{size.memory:g}",
        "HyperVGenerations": "V2" if version6 else "V1,V2",
        "LowPriorityCapable": "True",
        "PremiumIO": "True",
        "EphemeralOSDiskSupported": str(bool(size.cache or size.temporary_disk)),
        "AcceleratedNetworkingEnabled": "True",
    }
    return {
        "resourceType": "virtualMachines",
        "name": size.name,
        "tier": "Standard",
        "size": size.name.removeprefix("Standard_"),
        "family": family_of(size.name),
        "locations": [location],
        "locationInfo": [{"location": location, "zones": zones, "zoneDetails": []}],
        "capabilities": [{"name": name, "value": str(value)} for name, value in capabilities.items()],
        "restrictions": _restrictions(location, zones) if restricted else [],
    }


def _restrictions(location: str, zones: list[str]) -> list[dict[str, Any]]:
    """The size is not offered to this subscription, in no zone of the location."""
    reason, where = "NotAvailableForSubscription", {"locations": [location]}
    restricted = [{"type": "Location", "values": [location], "restrictionInfo": where, "reasonCode": reason}]
    if zones:
        info = {**where, "zones": zones}
        restricted.append({"type": "Zone", "values": [location], "restrictionInfo": info, "reasonCode": reason})
    return restricted


def _capabilities(request: ArmRequest) -> dict[str, Any]:
    request.require_registered(POSTGRESQL)
    zones = list(REGIONS[request.location])
    modes = ["SameZone", "ZoneRedundant"] if zones else ["SameZone"]
    editions: dict[str, list[dict[str, Any]]] = {}
    databases = {size.name: size.cpus for size in VM_SIZES.values() if tier_of(size.name)}
    for name, cores in {**_BURSTABLE_SIZES, **databases}.items():
        tier = tier_of(name)
        editions.setdefault(tier, []).append(
            {
                "name": name,
                "vCores": cores,
                "supportedZones": zones,
                "supportedHaMode": [] if tier == BURSTABLE else modes,
            }
        )
    versions = sorted([*NEWEST_VERSIONS, *RETIRED_VERSIONS], key=int)
    return page(
        [
            {
                "name": "FlexibleServerCapabilities",
                "supportedServerEditions": [
                    {"name": tier, "supportedServerSkus": sizes} for tier, sizes in sorted(editions.items())
                ],
                "supportedServerVersions": [{"name": version} for version in versions],
                "zoneRedundantHaSupported": _enabled(bool(zones)),
                "zoneRedundantHaAndGeoBackupSupported": _enabled(bool(zones) and request.location in PAIRS),
                "geoBackupSupported": _enabled(request.location in PAIRS),
                "restricted": "Disabled",
            }
        ]
    )


def _enabled(value: bool) -> str:
    return "Enabled" if value else "Disabled"


_ANY: Final = "/subscriptions/{subscription}/providers"

ROUTES: Final = (
    Route("GET", f"{_ANY}/{COMPUTE}/skus", _sizes),
    Route("GET", f"{_ANY}/{POSTGRESQL}/locations/{{location}}/capabilities", _capabilities),
)
