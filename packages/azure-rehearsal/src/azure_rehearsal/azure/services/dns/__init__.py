"""Microsoft.Network/dnsZones: public zones and their record sets."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.dns import records, zones

TYPES: Final = (*zones.TYPES, *records.TYPES)
