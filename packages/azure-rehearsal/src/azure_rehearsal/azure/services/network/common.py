"""Tokens, id templates, and the rules that several types of Microsoft.Network share."""

from __future__ import annotations

import ipaddress
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import ExclusiveWrites, Immutable, NameRule, Request, get_path, normal_location
from azure_rehearsal.protocol.provider import Refused

NETWORK_PATH: Final = arm_ids.provider_id("Microsoft.Network/virtualNetworks", "virtualNetworkName")
NETWORK: Final = "azure-native:network:VirtualNetwork"
SUBNET: Final = "azure-native:network:Subnet"
PEERING: Final = "azure-native:network:VirtualNetworkPeering"
ADDRESS: Final = "azure-native:network:PublicIPAddress"
PREFIX: Final = "azure-native:network:PublicIPPrefix"
NAT_GATEWAY: Final = "azure-native:network:NatGateway"
AGENT_POOL: Final = "azure-native:containerservice:AgentPool"
CLUSTER: Final = "azure-native:containerservice:ManagedCluster"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAME_MESSAGE: Final = (
    "The name can be up to {max_length} characters long. It must begin with a word character, and it must end with a "
    "word character or with '_'. The name may contain word characters or '.', '-', '_'."
)

NAME: Final = NameRule(r"[a-zA-Z0-9]([\w.-]*\w)?", 1, 80, _NAME_MESSAGE.format(max_length=80))
NETWORK_NAME: Final = NameRule(r"[a-zA-Z0-9]([\w.-]*\w)?", 2, 64, _NAME_MESSAGE.format(max_length=64))

ZONES_FIXED: Final = Immutable(
    "zones",
    code="ResourceAvailabilityZonesCannotBeModified",
    message="Resource {id} has an existing availability zone constraint and the request has another one, which do not "
    "match. Zones cannot be added/updated/removed once the resource is created. The resource cannot be updated from "
    "regional to zonal or vice-versa.",
    remediation="create a resource under another name in the other zones",
)
ONE_WRITE_PER_NETWORK: Final = ExclusiveWrites(
    NETWORK_PATH,
    "AnotherOperationInProgress",
    "Another operation on this or dependent resource is in progress. Under way on {ancestor}: {other}.",
)
IDLE_TIMEOUT_MINUTES: Final = {ADDRESS: range(4, 31), NAT_GATEWAY: range(4, 121)}
RETIRED_SKU: Final = "basic"
RESERVED_AT_START: Final = 4
"""Addresses that Azure reserves at the start of every subnet. It also reserves the last one, the broadcast address."""
RESERVED_ADDRESSES: Final = RESERVED_AT_START + 1
"""Addresses that Azure reserves in every subnet."""


def warn_of_unknown_zones(request: Request) -> None:
    """Warns about zones that the region does not have here."""
    request.warn_unknown_zones(request.get("zones", []), request.location)


def refuse_other_region(request: Request, ids: list[Any], location: str) -> None:
    """Refuses references to resources of another region, which Azure treats as if they did not exist."""
    for id in ids:
        record = request.cloud.get(id) if isinstance(id, str) else None
        other = normal_location(str(record.properties.get("location", location))) if record else location
        if record and other != normal_location(location):
            raise Refused(
                "InvalidResourceReference",
                f"Resource {id} referenced by resource {request.id} was not found. Please make sure that the "
                f"referenced resource exists, and that both resources are in the same region. It is in "
                f"'{other}', expected '{location}'.",
                "use a resource of the same region",
            )


def part_id(request: Request, collection: str, name: str) -> str:
    """The id of a part of the resource, such as a rule of a security group."""
    return f"{request.id}/{collection}/{name}"


def network_of(subnet_id: str) -> str:
    """The id of a subnet's virtual network."""
    return arm_ids.parent(subnet_id)


def prefixes_of(record: Record) -> list[Network]:
    """The address ranges of a subnet, or the address space of a virtual network."""
    given = get_path(record.properties, "addressSpace.addressPrefixes") or record.properties.get("addressPrefixes")
    return [ipaddress.ip_network(item) for item in given or [record.properties["addressPrefix"]]]


def address_count(prefix: Record) -> int:
    """The number of addresses of a prefix. Azure assigns all of them."""
    return 2 ** (32 - int(prefix.properties["prefixLength"]))


def addresses_in_use(cloud: Cloud, prefix: Record) -> dict[str, int]:
    """The number of a prefix's addresses that each resource holds, by resource id."""
    used: dict[str, int] = {}
    for user in cloud.referrers(prefix.id):
        if user.type == ADDRESS:
            used[user.id] = 1
        elif user.type == AGENT_POOL and arm_ids.same(user.properties.get("nodePublicIPPrefixID"), prefix.id):
            used[user.id] = int(user.properties.get("count") or 0)
    return used


def refuse_idle_timeout(request: Request) -> None:
    """Refuses idle timeouts outside the range of the type."""
    allowed = IDLE_TIMEOUT_MINUTES[request.type.token]
    minutes = request.get("idleTimeoutInMinutes")
    if minutes is not None and minutes not in allowed:
        raise Refused(
            "InvalidIdleTimeoutValue",
            f"The idle timeout of {request.id} is {minutes} minutes. Allowed range {allowed.start}-{allowed.stop - 1}.",
            "choose a value in the range",
        )
