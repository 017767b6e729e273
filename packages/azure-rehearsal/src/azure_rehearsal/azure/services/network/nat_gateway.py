"""NAT gateways."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import ArmType, Immutable, InUse, Request
from azure_rehearsal.azure.services.network.common import (
    CLUSTER,
    NAME,
    NAT_GATEWAY,
    SUBNET,
    ZONES_FIXED,
    address_count,
    refuse_idle_timeout,
    refuse_other_region,
    warn_of_unknown_zones,
)
from azure_rehearsal.protocol.provider import Refused

MAX_NAT_ADDRESSES: Final = 16


def _refuse_gateway(request: Request) -> None:
    refuse_idle_timeout(request)
    ids = [item.get("id") for item in request.get("publicIpAddresses", [])]
    refuse_other_region(
        request, [*ids, *(item.get("id") for item in request.get("publicIpPrefixes", []))], request.location
    )
    count = len(ids) + sum(
        address_count(prefix)
        for item in request.get("publicIpPrefixes", [])
        if (prefix := request.cloud.get(item.get("id", ""))) is not None
    )
    if count > MAX_NAT_ADDRESSES:
        raise Refused(
            "NatGatewayPublicIpAddressLimitReached",
            f"NAT gateway {request.id} would have {count} public IP addresses; the limit is {MAX_NAT_ADDRESSES}.",
            "use fewer addresses or a smaller prefix",
        )
    if len(request.get("zones", [])) > 1:
        raise Refused(
            "NatGatewayWithMultipleZonesNotSupported",
            f"NAT gateway {request.id} has zones {request.get('zones')}. A Standard NAT gateway has one zone or none.",
            "use one zone, or none",
        )
    for id in ids:
        refuse_shared_address(request, id)


def refuse_shared_address(request: Request, id: str) -> None:
    """Refuses a public address that another gateway or load balancer uses."""
    for user in request.cloud.referrers(id):
        if user.type in (NAT_GATEWAY, CLUSTER) and not arm_ids.same(user.id, request.id):
            raise Refused(
                "PublicIPAddressInUse",
                f"Resource {request.id} is referencing public IP address {id} that is already allocated to resource "
                f"{user.id}.",
                "use a separate address for each gateway",
            )


TYPE: Final = ArmType(
    token=NAT_GATEWAY,
    path=arm_ids.provider_id("Microsoft.Network/natGateways", "natGatewayName"),
    name=NAME,
    defaults={"idleTimeoutInMinutes": 4},
    immutable=(ZONES_FIXED, Immutable("sku")),
    rules=(warn_of_unknown_zones, _refuse_gateway),
    in_use=(
        InUse(
            (SUBNET,),
            "InUseNatGatewayCannotBeDeleted",
            "Nat gateway {id} cannot be deleted because it is in use by the following resources: {others}.",
        ),
    ),
)
