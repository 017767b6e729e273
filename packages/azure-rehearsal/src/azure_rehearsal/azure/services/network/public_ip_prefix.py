"""Public IP prefixes."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import addresses, arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, Immutable, InUse, Request
from azure_rehearsal.azure.services.network.common import (
    ADDRESS,
    AGENT_POOL,
    CLUSTER,
    NAME,
    NAT_GATEWAY,
    PREFIX,
    RETIRED_SKU,
    ZONES_FIXED,
    warn_of_unknown_zones,
)
from azure_rehearsal.protocol.provider import Refused

PREFIX_LENGTHS: Final = {"IPv4": range(28, 32), "IPv6": range(124, 128)}
"""Prefix lengths that Azure offers from its own addresses."""


def _refuse_prefix(request: Request) -> None:
    version = request.get("publicIPAddressVersion")
    allowed = PREFIX_LENGTHS.get(version, PREFIX_LENGTHS["IPv4"])
    length = request.get("prefixLength")
    if length not in allowed:
        raise Refused(
            "InvalidPublicIPPrefixLength",
            f"Public IP prefix {request.id} has prefix length {length}. Allowed for {version}: "
            f"{allowed.start}-{allowed.stop - 1}.",
            "use several prefixes, or a custom IP prefix",
        )
    sku = str(request.get("sku.name", "")).lower()
    if sku in ("", RETIRED_SKU):
        raise Refused(
            "PublicIPPrefixSkuNotSupported",
            f"Public IP prefix {request.id} must have sku Standard.",
            "set sku Standard",
        )


def _prefix_outputs(request: Request, record: Record) -> dict[str, Any]:
    if request.previous("ipPrefix"):
        return {"ipPrefix": request.previous("ipPrefix")}
    if request.get("publicIPAddressVersion") == "IPv6":
        return {}
    taken = [item.properties["ipPrefix"] for item in request.cloud.of_type(PREFIX) if item.properties.get("ipPrefix")]
    return {"ipPrefix": addresses.free_prefix(record.creation_id, request.get("prefixLength"), taken)}


TYPE: Final = ArmType(
    token=PREFIX,
    path=arm_ids.provider_id("Microsoft.Network/publicIPPrefixes", "publicIpPrefixName"),
    name=NAME,
    defaults={"publicIPAddressVersion": "IPv4", "sku.tier": "Regional"},
    immutable=(ZONES_FIXED, Immutable("prefixLength"), Immutable("publicIPAddressVersion"), Immutable("sku")),
    rules=(warn_of_unknown_zones, _refuse_prefix),
    outputs=_prefix_outputs,
    in_use=(
        InUse(
            (AGENT_POOL, CLUSTER, ADDRESS, NAT_GATEWAY),
            "InUsePublicIpPrefixCannotBeDeleted",
            "Public IP prefix {id} can not be deleted since it is still in use by {others}.",
        ),
    ),
)
