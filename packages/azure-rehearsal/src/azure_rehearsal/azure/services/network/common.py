"""What types of Microsoft.Network share: names, zones, regions of what they refer to."""

from __future__ import annotations

import ipaddress
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import Immutable, NameRule, Request, dig, normal_location
from azure_rehearsal.azure.data.regions import REGIONS
from azure_rehearsal.protocol.provider import Refused

NETWORK_PATH: Final = arm_ids.provider_id("Microsoft.Network/virtualNetworks", "virtualNetworkName")
NETWORK: Final = "azure-native:network:VirtualNetwork"
SUBNET: Final = "azure-native:network:Subnet"
PEERING: Final = "azure-native:network:VirtualNetworkPeering"
AGENT_POOL: Final = "azure-native:containerservice:AgentPool"
CLUSTER: Final = "azure-native:containerservice:ManagedCluster"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_WORDS: Final = (
    "The name can be up to {high} characters long. It must begin with a word character, and it must end with a word "
    "character or with '_'. The name may contain word characters or '.', '-', '_'."
)

NAME: Final = NameRule(r"[a-zA-Z0-9]([\w.-]*\w)?", 1, 80, _WORDS.format(high=80))
NETWORK_NAME: Final = NameRule(r"[a-zA-Z0-9]([\w.-]*\w)?", 2, 64, _WORDS.format(high=64))

ZONES_FIXED: Final = Immutable(
    "zones",
    code="ResourceAvailabilityZonesCannotBeModified",
    words="Resource {id} has an existing availability zone constraint and the request has another one, which do not "
    "match. Zones cannot be added/updated/removed once the resource is created. The resource cannot be updated from "
    "regional to zonal or vice-versa.",
    way_out="create a resource under another name in the other zones",
)


def refuse_zones(request: Request) -> None:
    """Refuses zones that the region does not have."""
    available = REGIONS.get(request.location, ())
    unknown = [zone for zone in request.get("zones", []) if zone not in available]
    if unknown:
        raise Refused(
            "InvalidAvailabilityZone",
            f"The zone(s) '{','.join(unknown)}' for resource '{request.type.kind}/{request.name}' is not supported. "
            f"The supported zones for location '{request.location}' are '{','.join(available)}'",
            "use zones that the region has, or none",
        )


def refuse_other_region(request: Request, ids: list[Any], location: str) -> None:
    """Refuses references to resources of another region, which Azure treats as if they did not exist."""
    for id in ids:
        record = request.cloud.get(id) if isinstance(id, str) else None
        other = normal_location(str(record.properties.get("location", location))) if record else location
        if record and other != normal_location(location):
            raise Refused(
                "InvalidResourceReference",
                f"Resource {id} referenced by resource {request.id} was not found. Please make sure that the "
                f"referenced resource exists, and that both resources are in the same region. It is in '{other}', "
                f"this one in '{location}'.",
                "use one of the same region",
            )


def own_part(request: Request, collection: str, name: str) -> str:
    """The id of a part that lives inside the resource, as a rule inside a security group."""
    return f"{request.id}/{collection}/{name}"


def network_of(subnet_id: str) -> str:
    """The id of the virtual network that a subnet belongs to."""
    return arm_ids.parent(subnet_id)


def prefixes_of(record: Record) -> list[Network]:
    """The address ranges of a subnet, or the address space of a virtual network."""
    given = dig(record.properties, "addressSpace.addressPrefixes") or record.properties.get("addressPrefixes")
    return [ipaddress.ip_network(item) for item in given or [record.properties["addressPrefix"]]]
