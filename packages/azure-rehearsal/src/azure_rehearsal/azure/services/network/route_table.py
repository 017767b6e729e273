"""Route tables and their routes."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import addresses, arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, InUse, Request
from azure_rehearsal.azure.services.network.common import NAME, SUBNET, part_id
from azure_rehearsal.azure.services.network.service_tags import is_tag, warn_of_unknown_tag
from azure_rehearsal.protocol.provider import Refused

_APPLIANCE: Final = "virtualappliance"


def _refuse_routes(request: Request) -> None:
    seen: set[str] = set()
    for route in request.get("routes", []):
        name = str(route.get("name") or "")
        if not NAME.allows(name) or name.lower() in seen:
            raise Refused(
                "InvalidResourceName",
                f"Resource name {name} is invalid or used twice in {request.id}. {NAME.message}",
                "give every route a unique name",
            )
        seen.add(name.lower())
        prefix = str(route.get("addressPrefix") or "")
        if not is_tag(prefix) and not warn_of_unknown_tag(request, prefix):
            addresses.network(prefix, f"the address prefix of route {name}", request.id)
        is_appliance = str(route.get("nextHopType", "")).lower() == _APPLIANCE
        if is_appliance != bool(route.get("nextHopIpAddress")):
            raise Refused(
                "RouteNextHopIpAddressAndNextHopTypeMismatch" if not is_appliance else "NextHopIpAddressRequired",
                f"Route {name} of {request.id} has next hop type {route.get('nextHopType')} and next hop address "
                f"{route.get('nextHopIpAddress')}. Only VirtualAppliance has an address, and requires it.",
                "set nextHopIpAddress for VirtualAppliance only",
            )


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    routes = [
        {
            **route,
            "id": part_id(request, "routes", route["name"]),
            "provisioningState": "Succeeded",
            "hasBgpOverride": False,
        }
        for route in request.get("routes", [])
    ]
    return {"routes": routes}


TYPE: Final = ArmType(
    token="azure-native:network:RouteTable",
    path=arm_ids.provider_id("Microsoft.Network/routeTables", "routeTableName"),
    name=NAME,
    defaults={"disableBgpRoutePropagation": False},
    rules=(_refuse_routes,),
    outputs=_outputs,
    maintain_if_unset=("routes",),
    in_use=(
        InUse(
            (SUBNET,),
            "InUseRouteTableCannotBeDeleted",
            "Route table {name} is in use and cannot be deleted. It is associated with {others}.",
        ),
    ),
)
