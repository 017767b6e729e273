"""Microsoft.Network/privateDnsZones: private DNS zones and their links to virtual networks."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.privatedns import private_zone, virtual_network_link

TYPES: Final = (
    private_zone.TYPE,
    virtual_network_link.TYPE,
)
