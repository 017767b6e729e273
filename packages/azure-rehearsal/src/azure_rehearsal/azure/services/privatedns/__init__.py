"""Microsoft.Network/privateDnsZones: zones and their links to virtual networks."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.privatedns import zones

TYPES: Final = zones.TYPES
