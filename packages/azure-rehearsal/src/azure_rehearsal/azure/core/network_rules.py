"""Network rules of services: checks of the subnets and addresses that a firewall rule allows."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import Request
from azure_rehearsal.protocol.provider import Refused

_GLOBAL: Final = ".Global"
"""Suffix of a service endpoint for all regions: `Microsoft.Storage.Global`."""
MAX_RULE_PREFIX_LENGTH: Final = 30
"""The smallest range is a /30. A single address has no prefix length."""


def refuse_subnets_without_endpoint(request: Request, service: str, subnet_ids: Iterable[Any]) -> None:
    """Refuses rules for subnets without a service endpoint for the service, such as `Microsoft.Storage`."""
    for id in subnet_ids:
        subnet = request.cloud.get(id) if isinstance(id, str) else None
        if subnet is None:
            continue
        services = {str(item.get("service", "")).lower() for item in subnet.properties.get("serviceEndpoints") or []}
        if not services & {service.lower(), f"{service}{_GLOBAL}".lower()}:
            network = arm_ids.name(arm_ids.parent(subnet.id))
            raise Refused(
                "SubnetsHaveNoServiceEndpointsConfigured",
                f"Subnets {arm_ids.name(subnet.id)} of virtual network {network} do not have ServiceEndpoints for "
                f"{service} resources configured. Add {service} to subnet's ServiceEndpoints collection before trying "
                f"to ACL {service} resources to these subnets. Resource: {request.id}.",
                f"add a service endpoint for {service} to the subnet, or use a private endpoint",
            )


def refuse_private_ranges(request: Request, path: str, ranges: Iterable[Any], code: str) -> None:
    """Refuses address rules that are not a public IPv4 address or range."""
    for text in ranges:
        try:
            network = ipaddress.ip_network(str(text))
        except ValueError:
            network = None
        too_small = network is not None and "/" in str(text) and network.prefixlen > MAX_RULE_PREFIX_LENGTH
        if network is None or network.version != 4 or network.is_private or too_small:
            raise Refused(
                code,
                f"Values for request parameters are invalid: {path}. '{text}' in {request.id} is not a public "
                f"IPv4 address or range up to /{MAX_RULE_PREFIX_LENGTH}. For more information, see - "
                "https://aka.ms/storagenetworkruleset",
                "omit the prefix length of single addresses; use subnet rules or private endpoints for private "
                "networks",
            )
