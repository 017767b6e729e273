"""Microsoft.Network: virtual networks, security groups, public addresses, NAT gateways, route tables."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.network import (
    flow_logs,
    public_addresses,
    routing,
    security_groups,
    virtual_networks,
)

TYPES: Final = (
    *virtual_networks.TYPES,
    *security_groups.TYPES,
    *public_addresses.TYPES,
    *routing.TYPES,
    *flow_logs.TYPES,
)
