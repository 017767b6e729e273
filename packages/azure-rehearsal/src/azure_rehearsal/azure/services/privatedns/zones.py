"""Microsoft.Network/privateDnsZones: zones and their links to virtual networks."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import ArmType, NameRule, Request, dig
from azure_rehearsal.protocol.provider import Refused

ZONE: Final = "azure-native:privatedns:PrivateZone"
LINK: Final = "azure-native:privatedns:VirtualNetworkLink"
_ZONE_PATH: Final = arm_ids.provider_id("Microsoft.Network/privateDnsZones", "privateZoneName")
_LABEL: Final = r"[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?"

MOST_RECORD_SETS: Final = 25000
MOST_LINKS: Final = 1000
MOST_LINKS_WITH_REGISTRATION: Final = 100


def _refuse_second_zone(request: Request) -> None:
    network = request.get("virtualNetwork.id", "")
    zone = arm_ids.name(arm_ids.parent(request.id))
    for link in request.cloud.of_type(LINK):
        if arm_ids.same(link.id, request.id) or not arm_ids.same(dig(link.properties, "virtualNetwork.id"), network):
            continue
        other = arm_ids.name(arm_ids.parent(link.id))
        if other.lower() == zone.lower():
            raise Refused(
                "BadRequest",
                "A virtual network cannot be linked to multiple zones with overlapping namespaces. You tried to link "
                f"virtual network with '{zone}' and '{other}' zones. The existing link is {link.id}.",
                "use the zone that the network is linked to, or link another network",
            )
        if request.get("registrationEnabled") and link.properties.get("registrationEnabled"):
            raise Refused(
                "BadRequest",
                "A virtual network can only be linked to 1 Private DNS zone(s) with auto-registration enabled; "
                f"conflicting Private DNS zone is '{other}'.",
                "set registrationEnabled to false",
            )


def _zone_live(cloud: Cloud, record: Record) -> dict[str, Any]:
    links = cloud.children(record.id, LINK)
    return {
        "maxNumberOfRecordSets": MOST_RECORD_SETS,
        "maxNumberOfVirtualNetworkLinks": MOST_LINKS,
        "maxNumberOfVirtualNetworkLinksWithRegistration": MOST_LINKS_WITH_REGISTRATION,
        "numberOfRecordSets": 1,
        "numberOfVirtualNetworkLinks": len(links),
        "numberOfVirtualNetworkLinksWithRegistration": sum(
            bool(item.properties.get("registrationEnabled")) for item in links
        ),
    }


def _link_outputs(request: Request, record: Record) -> dict[str, Any]:
    return {"virtualNetworkLinkState": "Completed"}


TYPES: Final = (
    ArmType(
        token=ZONE,
        path=_ZONE_PATH,
        locations=("global",),
        name=NameRule(
            rf"{_LABEL}(\.{_LABEL})+",
            3,
            253,
            "A private DNS zone is a domain name of at least two labels, each of up to 63 letters, digits, '-' and "
            "'_'.",
            code="InvalidDomainName",
        ),
        live=_zone_live,
        holds_children=True,
    ),
    ArmType(
        token=LINK,
        path=f"{_ZONE_PATH}/virtualNetworkLinks/{{virtualNetworkLinkName}}",
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
    ),
)
