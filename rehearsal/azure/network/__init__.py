"""Microsoft.Network: virtual networks, security groups, public addresses, NAT gateways, route tables."""

from __future__ import annotations

from typing import Final

from rehearsal.azure.network import public_addresses, routing, security_groups, virtual_networks

TYPES: Final = (*virtual_networks.TYPES, *security_groups.TYPES, *public_addresses.TYPES, *routing.TYPES)
