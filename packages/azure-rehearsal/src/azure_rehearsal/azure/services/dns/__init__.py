"""Microsoft.Network/dnsZones: public DNS zones and their record sets."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.dns import record_set, zone

TYPES: Final = (
    zone.TYPE,
    record_set.TYPE,
)
