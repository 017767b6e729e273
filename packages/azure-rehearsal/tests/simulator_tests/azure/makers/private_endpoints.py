"""Private endpoints, their DNS zones, and flow logs."""

from __future__ import annotations

from typing import Any

from simulator_tests.azure.harness import GROUP, LOCATION, NETWORK, AzureHarness, Deployed
from simulator_tests.azure.makers.common import made


def endpoint_subnet(azure: AzureHarness, prefix: str = "10.10.9.0/27", **inputs: Any) -> Deployed:
    return azure.subnet("snet-endpoints", prefix, **inputs)


def private_endpoint(
    azure: AzureHarness, target: Deployed, group: str, name: str = "pe-shop", **changes: Any
) -> Deployed:
    base = {
        "privateEndpointName": name,
        "subnet": {"id": azure["snet-endpoints"].id},
        "privateLinkServiceConnections": [
            {"name": name, "groupIds": [group], "privateLinkServiceId": target.id},
        ],
    }
    return made(azure, "network:PrivateEndpoint", name, base, changes)


def dns_zone(azure: AzureHarness, name: str) -> Deployed:
    return azure.make("privatedns:PrivateZone", name, resourceGroupName=GROUP, privateZoneName=name, location="global")


def dns_zone_group(
    azure: AzureHarness, *zones: str, endpoint: str = "pe-shop", name: str = "default", **changes: Any
) -> Deployed:
    configs = [{"name": zone.replace(".", "-"), "privateDnsZoneId": azure[zone].id} for zone in zones]
    base = {"privateEndpointName": endpoint, "privateDnsZoneGroupName": name, "privateDnsZoneConfigs": configs}
    return made(azure, "network:PrivateDnsZoneGroup", f"{endpoint} {name}", base, changes)


def flow_log(azure: AzureHarness, target: str | None = None, name: str = "flow-shop", **changes: Any) -> Deployed:
    base = {
        "resourceGroupName": "NetworkWatcherRG",
        "networkWatcherName": f"NetworkWatcher_{LOCATION}",
        "flowLogName": name,
        "targetResourceId": target or azure[NETWORK].id,
        "storageId": azure["stshop"].id,
        "enabled": True,
    }
    return made(azure, "network:FlowLog", name, base, changes)
