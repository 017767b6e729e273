"""Private DNS zones."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import ArmType, NameRule
from azure_rehearsal.azure.services.privatedns.common import LINK, MAX_LINKS, MAX_LINKS_WITH_REGISTRATION, ZONE_PATH

ZONE: Final = "azure-native:privatedns:PrivateZone"
_LABEL: Final = r"[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?"
MAX_RECORD_SETS: Final = 25000


def _zone_live(cloud: Cloud, record: Record) -> dict[str, Any]:
    links = cloud.children(record.id, LINK)
    return {
        "maxNumberOfRecordSets": MAX_RECORD_SETS,
        "maxNumberOfVirtualNetworkLinks": MAX_LINKS,
        "maxNumberOfVirtualNetworkLinksWithRegistration": MAX_LINKS_WITH_REGISTRATION,
        "numberOfRecordSets": 1,
        "numberOfVirtualNetworkLinks": len(links),
        "numberOfVirtualNetworkLinksWithRegistration": sum(
            bool(item.properties.get("registrationEnabled")) for item in links
        ),
    }


TYPE: Final = ArmType(
    token=ZONE,
    path=ZONE_PATH,
    locations=("global",),
    name=NameRule(
        rf"{_LABEL}(\.{_LABEL})+",
        3,
        253,
        "A private DNS zone is a domain name of at least two labels, each of up to 63 letters, digits, '-' and '_'.",
        code="InvalidDomainName",
    ),
    live_outputs=_zone_live,
    must_be_empty=True,
)
