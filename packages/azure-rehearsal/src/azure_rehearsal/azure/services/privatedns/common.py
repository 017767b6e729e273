"""Token, id template and limits that private zones and their links share."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids

LINK: Final = "azure-native:privatedns:VirtualNetworkLink"
ZONE_PATH: Final = arm_ids.provider_id("Microsoft.Network/privateDnsZones", "privateZoneName")
MAX_LINKS: Final = 1000
MAX_LINKS_WITH_REGISTRATION: Final = 100
