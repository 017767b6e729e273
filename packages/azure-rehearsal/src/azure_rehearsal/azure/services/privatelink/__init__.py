"""Microsoft.Network/privateEndpoints: private endpoints and the DNS zones that they register in."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.privatelink import dns_zone_groups, endpoints

TYPES: Final = (*endpoints.TYPES, *dns_zone_groups.TYPES)
