"""Public addresses, public address prefixes, and NAT gateways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from azure_rehearsal.azure.core import addresses, arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import ArmType, Immutable, InUse, Request, Unique, dig, normal_location
from azure_rehearsal.azure.services.dns.aliases import empty_aliases
from azure_rehearsal.azure.services.network.common import (
    AGENT_POOL,
    CLUSTER,
    NAME,
    SUBNET,
    ZONES_FIXED,
    refuse_other_region,
    refuse_zones,
)
from azure_rehearsal.protocol.provider import Refused

ADDRESS: Final = "azure-native:network:PublicIPAddress"
PREFIX: Final = "azure-native:network:PublicIPPrefix"
NAT_GATEWAY: Final = "azure-native:network:NatGateway"

PREFIX_LENGTHS: Final = {"IPv4": range(28, 32), "IPv6": range(124, 128)}
"""Lengths of the prefixes that Azure gives from its own addresses."""
IDLE_TIMEOUT_MINUTES: Final = {ADDRESS: range(4, 31), NAT_GATEWAY: range(4, 121)}
MOST_NAT_ADDRESSES: Final = 16

_RETIRED: Final = "basic"


def address_count(prefix: Record) -> int:
    """How many addresses a prefix holds; Azure hands out every one of them."""
    return 2 ** (32 - int(prefix.properties["prefixLength"]))


def addresses_in_use(cloud: Cloud, prefix: Record) -> dict[str, int]:
    """How many addresses of a prefix each resource holds, by the resource's id."""
    used: dict[str, int] = {}
    for user in cloud.referrers(prefix.id):
        if user.type == ADDRESS:
            used[user.id] = 1
        elif user.type == AGENT_POOL and arm_ids.same(user.properties.get("nodePublicIPPrefixID"), prefix.id):
            used[user.id] = int(user.properties.get("count") or 0)
    return used


# Public addresses


def _refuse_address(request: Request) -> None:
    sku = str(request.get("sku.name", "Basic")).lower()
    version = request.get("publicIPAddressVersion")
    if sku == _RETIRED:
        raise Refused(
            f"{version}BasicSkuPublicIpCountLimitReached",
            f"Cannot create more than 0 {version} Basic SKU public IP addresses for this subscription in this region. "
            f"Resource {request.id}.",
            "use sku Standard; Basic was retired on 2025-09-30",
        )
    if str(request.get("publicIPAllocationMethod")).lower() != "static":
        raise Refused(
            "StandardAndStandardV2SkuPublicIPAddressesMustBeStatic",
            f"Standard sku publicIp {request.id} must have AllocationMethod set to Static.",
            "set publicIPAllocationMethod to Static",
        )
    _refuse_idle_timeout(request)


def _refuse_idle_timeout(request: Request) -> None:
    allowed = IDLE_TIMEOUT_MINUTES[request.type.token]
    minutes = request.get("idleTimeoutInMinutes")
    if minutes is not None and minutes not in allowed:
        raise Refused(
            "InvalidIdleTimeoutValue",
            f"The idle timeout of {request.id} is {minutes} minutes. Allowed range {allowed.start}-{allowed.stop - 1}.",
            "choose a value in the range",
        )


def _refuse_prefix_of_address(request: Request) -> None:
    prefix = request.found("publicIPPrefix.id")
    if prefix is None:
        return
    refuse_other_region(request, [prefix.id], request.location)
    if sorted(request.get("zones", [])) != sorted(prefix.properties.get("zones") or []):
        raise Refused(
            "PublicIpAddressAndPublicIpPrefixZonesMismatch",
            f"Public IP address {request.id} has zones {request.get('zones', [])}, its prefix {prefix.id} has "
            f"{prefix.properties.get('zones') or []}. They must be the same.",
            "give the address the zones of its prefix",
        )
    used = addresses_in_use(request.cloud, prefix)
    if request.id not in used and sum(used.values()) >= address_count(prefix):
        raise Refused(
            "PublicIpPrefixOutOfIpAddresses",
            f"Public IP prefix {prefix.id} has no more IP addresses available: {address_count(prefix)} of "
            f"{address_count(prefix)} are used.",
            "use a larger prefix, or another one",
        )


def _dns_name(inputs: Mapping[str, Any]) -> str | None:
    label = dig(dict(inputs), "dnsSettings.domainNameLabel")
    if not label:
        return None
    return f"{label}.{normal_location(str(inputs.get('location', '')))}.cloudapp.azure.com".lower()


def _address_outputs(request: Request, record: Record) -> dict[str, Any]:
    outputs: dict[str, Any] = {"ipAddress": request.was("ipAddress") or _new_address(request, record)}
    name = _dns_name(request.inputs)
    if name:
        outputs["dnsSettings"] = {**request.get("dnsSettings"), "fqdn": name}
    return outputs


def _new_address(request: Request, record: Record) -> str:
    taken = [
        item.properties["ipAddress"] for item in request.cloud.of_type(ADDRESS) if item.properties.get("ipAddress")
    ]
    prefix = request.found("publicIPPrefix.id")
    inside = addresses.free_address_in(prefix.properties["ipPrefix"], taken) if prefix else None
    return inside or addresses.free_address(record.creation_id, taken)


# Prefixes


def _refuse_prefix(request: Request) -> None:
    version = request.get("publicIPAddressVersion")
    allowed = PREFIX_LENGTHS.get(version, PREFIX_LENGTHS["IPv4"])
    length = request.get("prefixLength")
    if length not in allowed:
        raise Refused(
            "InvalidPublicIPPrefixLength",
            f"Public IP prefix {request.id} has prefix length {length}. Allowed for {version}: "
            f"{allowed.start}-{allowed.stop - 1}.",
            "a larger range needs several prefixes, or addresses of your own",
        )
    sku = str(request.get("sku.name", "")).lower()
    if sku in ("", _RETIRED):
        raise Refused(
            "PublicIPPrefixSkuNotSupported",
            f"Public IP prefix {request.id} must have sku Standard.",
            "set sku Standard",
        )


def _prefix_outputs(request: Request, record: Record) -> dict[str, Any]:
    if request.was("ipPrefix"):
        return {"ipPrefix": request.was("ipPrefix")}
    if request.get("publicIPAddressVersion") == "IPv6":
        return {}
    taken = [item.properties["ipPrefix"] for item in request.cloud.of_type(PREFIX) if item.properties.get("ipPrefix")]
    return {"ipPrefix": addresses.free_prefix(record.creation_id, request.get("prefixLength"), taken)}


# NAT gateways


def _refuse_gateway(request: Request) -> None:
    _refuse_idle_timeout(request)
    ids = [item.get("id") for item in request.get("publicIpAddresses", [])]
    refuse_other_region(
        request, [*ids, *(item.get("id") for item in request.get("publicIpPrefixes", []))], request.location
    )
    count = len(ids) + sum(
        address_count(prefix)
        for item in request.get("publicIpPrefixes", [])
        if (prefix := request.cloud.get(item.get("id", ""))) is not None
    )
    if count > MOST_NAT_ADDRESSES:
        raise Refused(
            "NatGatewayPublicIpAddressLimitReached",
            f"NAT gateway {request.id} would have {count} public IP addresses; the limit is {MOST_NAT_ADDRESSES}.",
            "use fewer addresses or a smaller prefix",
        )
    if len(request.get("zones", [])) > 1:
        raise Refused(
            "NatGatewayWithMultipleZonesNotSupported",
            f"NAT gateway {request.id} has zones {request.get('zones')}. A Standard NAT gateway is in one zone or in "
            "none.",
            "name one zone, or none",
        )
    for id in ids:
        refuse_shared_address(request, id)


def refuse_shared_address(request: Request, id: str) -> None:
    """Refuses a public address that another gateway or load balancer holds."""
    for user in request.cloud.referrers(id):
        if user.type in (NAT_GATEWAY, CLUSTER) and not arm_ids.same(user.id, request.id):
            raise Refused(
                "PublicIPAddressInUse",
                f"Resource {request.id} is referencing public IP address {id} that is already allocated to resource "
                f"{user.id}.",
                "give each gateway an address of its own",
            )


TYPES: Final = (
    ArmType(
        token=ADDRESS,
        path=arm_ids.provider_id("Microsoft.Network/publicIPAddresses", "publicIpAddressName"),
        force_new=("location", "publicIPAddressVersion", "publicIPPrefix", "sku"),
        name=NAME,
        defaults={
            "publicIPAddressVersion": "IPv4",
            "publicIPAllocationMethod": "Dynamic",
            "idleTimeoutInMinutes": 4,
            "sku.tier": "Regional",
        },
        unique=(
            Unique(
                _dns_name, "DnsRecordInUse", "DNS record {name} is already used by another public IP. It is {other}."
            ),
        ),
        immutable=(ZONES_FIXED,),
        rules=(refuse_zones, _refuse_address, _refuse_prefix_of_address),
        outputs=_address_outputs,
        in_use=(
            InUse(
                (NAT_GATEWAY, CLUSTER, "azure-native:network:ApplicationGateway", "azure-native:network:LoadBalancer"),
                "PublicIPAddressCannotBeDeleted",
                "Public IP address {id} can not be deleted since it is still allocated to resource {others}. In "
                "order to delete the public IP, disassociate/detach the Public IP address from the resource. To "
                "learn how to do this, see aka.ms/deletepublicip.",
            ),
        ),
        gone=empty_aliases,
    ),
    ArmType(
        token=PREFIX,
        path=arm_ids.provider_id("Microsoft.Network/publicIPPrefixes", "publicIpPrefixName"),
        name=NAME,
        defaults={"publicIPAddressVersion": "IPv4", "sku.tier": "Regional"},
        immutable=(ZONES_FIXED, Immutable("prefixLength"), Immutable("publicIPAddressVersion"), Immutable("sku")),
        rules=(refuse_zones, _refuse_prefix),
        outputs=_prefix_outputs,
        in_use=(
            InUse(
                (AGENT_POOL, CLUSTER, ADDRESS, NAT_GATEWAY),
                "InUsePublicIpPrefixCannotBeDeleted",
                "Public IP prefix {id} can not be deleted since it is still in use by {others}.",
            ),
        ),
    ),
    ArmType(
        token=NAT_GATEWAY,
        path=arm_ids.provider_id("Microsoft.Network/natGateways", "natGatewayName"),
        name=NAME,
        defaults={"idleTimeoutInMinutes": 4},
        immutable=(ZONES_FIXED, Immutable("sku")),
        rules=(refuse_zones, _refuse_gateway),
        in_use=(
            InUse(
                (SUBNET,),
                "InUseNatGatewayCannotBeDeleted",
                "Nat gateway {id} cannot be deleted because it is in use by the following resources: {others}.",
            ),
        ),
    ),
)
