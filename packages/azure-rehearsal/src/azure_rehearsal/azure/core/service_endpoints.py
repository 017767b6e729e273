"""Network rules of services: which subnets and addresses may be admitted."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import Request
from azure_rehearsal.protocol.provider import Refused

_GLOBAL: Final = ".Global"
"""`Microsoft.Storage.Global` admits a subnet to accounts of every region."""
SMALLEST_RULE: Final = 30
"""Storage takes ranges up to /30; a single address is written without a prefix length."""


def refuse_subnets_without_endpoint(request: Request, service: str, subnet_ids: Iterable[Any]) -> None:
    """Refuses rules for subnets that have no service endpoint of the service, as `Microsoft.Storage`."""
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
                f"to ACL {service} resources to these subnets. {request.id} names it.",
                f"add a service endpoint for {service} to the subnet, or use a private endpoint",
            )


def refuse_private_ranges(request: Request, path: str, ranges: Iterable[Any], code: str) -> None:
    """Refuses address rules that are no public IPv4 address or range."""
    for text in ranges:
        try:
            network = ipaddress.ip_network(str(text))
        except ValueError:
            network = None
        too_small = network is not None and "/" in str(text) and network.prefixlen > SMALLEST_RULE
        if network is None or network.version != 4 or network.is_private or too_small:
            raise Refused(
                code,
                f"Values for request parameters are invalid: {path}. '{text}' in {request.id} is no public IPv4 "
                f"address or range up to /{SMALLEST_RULE}. For more information, see - "
                "https://aka.ms/storagenetworkruleset",
                "write a single address without a prefix length, and private networks as subnets or private endpoints",
            )
