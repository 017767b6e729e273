"""Public IP addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from azure_rehearsal.azure.core import addresses, arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, InUse, Request, Unique, get_path, normal_location
from azure_rehearsal.azure.services.dns.aliases import clear_aliases
from azure_rehearsal.azure.services.network.common import (
    ADDRESS,
    CLUSTER,
    NAME,
    NAT_GATEWAY,
    RETIRED_SKU,
    ZONES_FIXED,
    address_count,
    addresses_in_use,
    refuse_idle_timeout,
    refuse_other_region,
    warn_of_unknown_zones,
)
from azure_rehearsal.protocol.provider import Refused


def _refuse_address(request: Request) -> None:
    sku = str(request.get("sku.name", "Basic")).lower()
    version = request.get("publicIPAddressVersion")
    if sku == RETIRED_SKU:
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
    refuse_idle_timeout(request)


def _refuse_prefix_of_address(request: Request) -> None:
    prefix = request.referenced("publicIPPrefix.id")
    if prefix is None:
        return
    refuse_other_region(request, [prefix.id], request.location)
    if sorted(request.get("zones", [])) != sorted(prefix.properties.get("zones") or []):
        raise Refused(
            "PublicIpAddressAndPublicIpPrefixZonesMismatch",
            f"Public IP address {request.id} has zones {request.get('zones', [])}, its prefix {prefix.id} has "
            f"{prefix.properties.get('zones') or []}. They must be the same.",
            "use the zones of the prefix",
        )
    used = addresses_in_use(request.cloud, prefix)
    if request.id not in used and sum(used.values()) >= address_count(prefix):
        raise Refused(
            "PublicIpPrefixOutOfIpAddresses",
            f"Public IP prefix {prefix.id} has no more IP addresses available: {address_count(prefix)} of "
            f"{address_count(prefix)} are used.",
            "use a larger prefix or another prefix",
        )


def _dns_name(inputs: Mapping[str, Any]) -> str | None:
    label = get_path(dict(inputs), "dnsSettings.domainNameLabel")
    if not label:
        return None
    return f"{label}.{normal_location(str(inputs.get('location', '')))}.cloudapp.azure.com".lower()


def _address_outputs(request: Request, record: Record) -> dict[str, Any]:
    outputs: dict[str, Any] = {"ipAddress": request.previous("ipAddress") or _new_address(request, record)}
    name = _dns_name(request.inputs)
    if name:
        outputs["dnsSettings"] = {**request.get("dnsSettings"), "fqdn": name}
    return outputs


def _new_address(request: Request, record: Record) -> str:
    taken = [
        item.properties["ipAddress"] for item in request.cloud.of_type(ADDRESS) if item.properties.get("ipAddress")
    ]
    prefix = request.referenced("publicIPPrefix.id")
    inside = addresses.free_address_in(prefix.properties["ipPrefix"], taken) if prefix else None
    return inside or addresses.free_address(record.creation_id, taken)


TYPE: Final = ArmType(
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
        Unique(_dns_name, "DnsRecordInUse", "DNS record {name} is already used by another public IP. It is {other}."),
    ),
    immutable=(ZONES_FIXED,),
    rules=(warn_of_unknown_zones, _refuse_address, _refuse_prefix_of_address),
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
    after_delete=clear_aliases,
)
