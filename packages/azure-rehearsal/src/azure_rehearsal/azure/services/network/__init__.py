"""Microsoft.Network: virtual networks, security groups, public addresses, routing, flow logs, private endpoints."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.network import (
    application_security_group,
    ddos_protection_plan,
    flow_log,
    nat_gateway,
    network_security_group,
    network_watcher,
    private_dns_zone_group,
    private_endpoint,
    public_ip_address,
    public_ip_prefix,
    route_table,
    subnet,
    virtual_network,
    virtual_network_peering,
)

TYPES: Final = (
    virtual_network.TYPE,
    subnet.TYPE,
    virtual_network_peering.TYPE,
    network_security_group.TYPE,
    application_security_group.TYPE,
    public_ip_address.TYPE,
    public_ip_prefix.TYPE,
    nat_gateway.TYPE,
    route_table.TYPE,
    ddos_protection_plan.TYPE,
    network_watcher.TYPE,
    flow_log.TYPE,
    private_endpoint.TYPE,
    private_dns_zone_group.TYPE,
)
