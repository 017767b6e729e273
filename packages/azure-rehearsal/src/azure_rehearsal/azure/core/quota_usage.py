"""How much of each quota the resources of the cloud use in a region.

Owns the count of vCPUs, addresses and servers. Does not own limits (`azure_rehearsal.azure.data.quotas`,
`azure_rehearsal.azure.core.subscription`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import get_path, normal_location
from azure_rehearsal.azure.data.quotas import (
    COMPUTE,
    CORES,
    NETWORK,
    POSTGRESQL,
    PREFIXES,
    PUBLIC_ADDRESSES,
    SPOT_CORES,
    Quota,
    cpus_of,
    family_of,
)

_POOL: Final = "azure-native:containerservice:AgentPool"
_ADDRESS: Final = "azure-native:network:PublicIPAddress"
_PREFIX: Final = "azure-native:network:PublicIPPrefix"
_SERVER: Final = "azure-native:dbforpostgresql:Server"
_COUNTED: Final = {
    "azure-native:network:VirtualNetwork": "VirtualNetworks",
    "azure-native:network:NetworkSecurityGroup": "NetworkSecurityGroups",
    _ADDRESS: "PublicIPAddresses",
    _PREFIX: PREFIXES,
}
"""Quotas that count the resources of a type."""

Usage = Counter[tuple[str, str]]
"""The use of each quota, by namespace and name."""


def usage_in(cloud: Cloud, location: str) -> Usage:
    """The use of every quota in a location. Unused quotas are 0."""
    used: Usage = Counter()
    for record in cloud:
        if _location_of(cloud, record) == location:
            for namespace, name, amount in _uses(record):
                used[namespace, name] += amount
    return used


def used(usage: Usage, quota: Quota) -> int:
    return usage[quota.namespace, quota.name]


def _location_of(cloud: Cloud, record: Record) -> str:
    """The location of a record; for a part of a resource, that of its parent."""
    location = record.properties.get("location")
    if not location and (parent := cloud.get(arm_ids.parent(record.id))) is not None:
        location = parent.properties.get("location")
    return normal_location(str(location or ""))


def _uses(record: Record) -> Iterator[tuple[str, str, int]]:
    """The quotas that a resource uses, with the amounts."""
    if record.type in _COUNTED:
        yield NETWORK, _COUNTED[record.type], 1
    if record.type == _POOL:
        yield from _uses_of_pool(record)
    elif record.type == _SERVER:
        size = str(get_path(record.properties, "sku.name", ""))
        for name in filter(None, (CORES, family_of(size))):
            yield POSTGRESQL, name, cpus_of(size) * _server_count(record)
    elif record.type == _PREFIX and record.properties.get("publicIPAddressVersion") != "IPv6":
        yield NETWORK, PUBLIC_ADDRESSES, 2 ** (32 - int(record.properties["prefixLength"]))
    elif record.type == _ADDRESS and _is_single_address(record):
        yield NETWORK, PUBLIC_ADDRESSES, 1


def _uses_of_pool(record: Record) -> Iterator[tuple[str, str, int]]:
    """Spot nodes count against the Spot quota only."""
    properties, nodes = record.properties, int(record.properties.get("count") or 0)
    size = str(properties.get("vmSize") or "")
    cores = nodes * cpus_of(size)
    if str(properties.get("scaleSetPriority", "")).lower() == "spot":
        yield COMPUTE, SPOT_CORES, cores
    else:
        yield COMPUTE, CORES, cores
        if family_of(size):
            yield COMPUTE, family_of(size), cores
    yield COMPUTE, "virtualMachineScaleSets", 1
    yield COMPUTE, "virtualMachines", nodes
    if properties.get("enableNodePublicIP") and not properties.get("nodePublicIPPrefixID"):
        yield NETWORK, PUBLIC_ADDRESSES, nodes


def _server_count(record: Record) -> int:
    """2 for a server with a standby."""
    return 1 if str(get_path(record.properties, "highAvailability.mode", "Disabled")).lower() == "disabled" else 2


def _is_single_address(record: Record) -> bool:
    """Whether an IPv4 address counts by itself: addresses of a prefix are counted with it."""
    properties = record.properties
    standard = str(get_path(properties, "sku.name", "")).lower() == "standard"
    return standard and properties.get("publicIPAddressVersion") != "IPv6" and not properties.get("publicIPPrefix")
