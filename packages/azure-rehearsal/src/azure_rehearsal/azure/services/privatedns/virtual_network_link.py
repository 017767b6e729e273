"""Links of a private DNS zone to virtual networks."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, NameRule, Request, get_path
from azure_rehearsal.azure.services.privatedns.common import LINK, ZONE_PATH
from azure_rehearsal.protocol.provider import Refused


def _refuse_second_zone(request: Request) -> None:
    network = request.get("virtualNetwork.id", "")
    zone = arm_ids.name(arm_ids.parent(request.id))
    for link in request.cloud.of_type(LINK):
        if arm_ids.same(link.id, request.id) or not arm_ids.same(
            get_path(link.properties, "virtualNetwork.id"), network
        ):
            continue
        other = arm_ids.name(arm_ids.parent(link.id))
        if other.lower() == zone.lower():
            raise Refused(
                "BadRequest",
                "A virtual network cannot be linked to multiple zones with overlapping namespaces. You tried to link "
                f"virtual network with '{zone}' and '{other}' zones. The existing link is {link.id}.",
                "use the linked zone, or link another network",
            )
        if request.get("registrationEnabled") and link.properties.get("registrationEnabled"):
            raise Refused(
                "BadRequest",
                "A virtual network can only be linked to 1 Private DNS zone(s) with auto-registration enabled; "
                f"conflicting Private DNS zone is '{other}'.",
                "set registrationEnabled to false",
            )


def _link_outputs(request: Request, record: Record) -> dict[str, Any]:
    return {"virtualNetworkLinkState": "Completed"}


TYPE: Final = ArmType(
    token=LINK,
    path=f"{ZONE_PATH}/virtualNetworkLinks/{{virtualNetworkLinkName}}",
    locations=("global",),
    name=NameRule(
        r"[a-zA-Z0-9]([\w.-]*\w)?",
        1,
        80,
        "The name can have up to 80 letters, digits, '.', '-' and '_', begins with a letter or digit and ends "
        "with one or '_'.",
    ),
    defaults={"registrationEnabled": False},
    rules=(_refuse_second_zone,),
    outputs=_link_outputs,
)
