"""Private endpoints, their DNS zones, and flow logs."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.makers.common import made
from simulator_tests.azure.world import GROUP, LOCATION, NETWORK, Made, World


def endpoint_subnet(world: World, prefix: str = "10.10.9.0/27", **inputs: Any) -> Made:
    return world.subnet("snet-endpoints", prefix, **inputs)


def private_endpoint(world: World, target: Made, group: str, name: str = "pe-voice", **changes: Any) -> Made:
    base = {
        "privateEndpointName": name,
        "subnet": {"id": world["snet-endpoints"].id},
        "privateLinkServiceConnections": [
            {"name": name, "groupIds": [group], "privateLinkServiceId": target.id},
        ],
    }
    return made(world, "network:PrivateEndpoint", name, base, changes)


def dns_zone(world: World, name: str) -> Made:
    return world.make("privatedns:PrivateZone", name, resourceGroupName=GROUP, privateZoneName=name, location="global")


def dns_zone_group(
    world: World, *zones: str, endpoint: str = "pe-voice", name: str = "default", **changes: Any
) -> Made:
    configs = [{"name": zone.replace(".", "-"), "privateDnsZoneId": world[zone].id} for zone in zones]
    base = {"privateEndpointName": endpoint, "privateDnsZoneGroupName": name, "privateDnsZoneConfigs": configs}
    return made(world, "network:PrivateDnsZoneGroup", f"{endpoint} {name}", base, changes)


def flow_log(world: World, target: str | None = None, name: str = "flow-voice", **changes: Any) -> Made:
    base = {
        "resourceGroupName": "NetworkWatcherRG",
        "networkWatcherName": f"NetworkWatcher_{LOCATION}",
        "flowLogName": name,
        "targetResourceId": target or world[NETWORK].id,
        "storageId": world["stvoice"].id,
        "enabled": True,
    }
    return made(world, "network:FlowLog", name, base, changes)
