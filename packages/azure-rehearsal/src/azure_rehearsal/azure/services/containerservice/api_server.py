"""Rules for the API server of a cluster: authorized ranges, private DNS, its own subnet."""

from __future__ import annotations

import ipaddress
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import Request
from azure_rehearsal.azure.services.containerservice.common import inline_pools, invalid
from azure_rehearsal.azure.services.containerservice.permissions import SUBNET_JOIN, refuse_missing_join_permission
from azure_rehearsal.azure.services.network.common import network_of, prefixes_of
from azure_rehearsal.azure.services.network.subnet import delegations_of, users_of_subnet
from azure_rehearsal.protocol.provider import Refused

API_SERVER_DELEGATION: Final = "Microsoft.ContainerService/managedClusters"
MAX_API_SERVER_PREFIX_LENGTH: Final = 28
MAX_AUTHORIZED_RANGES: Final = 200


def refuse_api_server(request: Request) -> None:
    """Refuses invalid authorized ranges, private DNS settings, and API server subnets."""
    access: dict[str, Any] = request.get("apiServerAccessProfile", {})
    ranges = access.get("authorizedIPRanges") or []
    is_private = bool(access.get("enablePrivateCluster"))
    if ranges and is_private:
        raise invalid(
            "apiServerAccessProfile.authorizedIPRanges",
            "authorized IP ranges are not supported for private clusters: they do not apply to the private endpoint.",
            "remove them, or make the API server public",
        )
    if len(ranges) > MAX_AUTHORIZED_RANGES:
        raise invalid(
            "apiServerAccessProfile.authorizedIPRanges",
            f"there are {len(ranges)} ranges; the limit is {MAX_AUTHORIZED_RANGES}.",
            "merge adjacent ranges",
        )
    for text in ranges:
        try:
            ipaddress.IPv4Network(text)
        except ValueError:
            raise invalid(
                "apiServerAccessProfile.authorizedIPRanges",
                f"'{text}' is not an IPv4 address or CIDR block without host bits.",
                "use the form 203.0.113.7/32",
            ) from None
    zone = access.get("privateDNSZone")
    if zone is not None and not is_private:
        raise Refused(
            "InvalidPrivateDNSZoneMode",
            f"privateDNSZone '{zone}' is only for private clusters.",
            "remove it, or set enablePrivateCluster",
        )
    if zone == "none" and access.get("enablePrivateClusterPublicFQDN") is False:
        raise Refused(
            "NonePrivateDNSZonePublicFQDNDisabledError",
            "privateDNSZone none requires enablePrivateClusterPublicFQDN.",
            "enable it, or use privateDNSZone system",
        )
    _refuse_api_server_subnet(request, access)
    if request.previous("apiServerAccessProfile.enableVnetIntegration") and not access.get("enableVnetIntegration"):
        raise Refused(
            "PropertyChangeNotAllowed",
            "Changing property 'properties.apiServerAccessProfile.enableVnetIntegration' is not allowed. API server "
            "VNet integration cannot be disabled once it is enabled.",
            "keep it enabled, or create a new cluster",
        )


def _refuse_api_server_subnet(request: Request, access: dict[str, Any]) -> None:
    if not access.get("enableVnetIntegration"):
        return
    subnet = request.referenced("apiServerAccessProfile.subnetId")
    has_network = any(pool.get("vnetSubnetID") for pool in inline_pools(request))
    if subnet is None:
        if has_network:
            raise Refused(
                "ApiserverSubnetConfigError",
                "apiServerAccessProfile.subnetId should not be empty when using custom vnet with apiserver vnet "
                "integration.",
                f"set subnetId to a subnet that is delegated to {API_SERVER_DELEGATION}",
            )
        return
    detail, remediation = _api_server_subnet_violation(request, subnet)
    if detail:
        raise Refused(
            "ApiserverSubnetConfigError", f"Subnet {subnet.id} cannot hold the API server: {detail}.", remediation
        )
    refuse_missing_join_permission(request.cloud, request.inputs, request.id, SUBNET_JOIN, subnet.id)


def _api_server_subnet_violation(request: Request, subnet: Record) -> tuple[str, str]:
    delegations = delegations_of(subnet.properties)
    if delegations != [API_SERVER_DELEGATION]:
        return f"it is delegated to [{', '.join(delegations)}]", f"delegate it to {API_SERVER_DELEGATION} alone"
    cidr = prefixes_of(subnet)[0]
    if cidr.version == 4 and cidr.prefixlen > MAX_API_SERVER_PREFIX_LENGTH:
        return f"{cidr} is too small", f"use /{MAX_API_SERVER_PREFIX_LENGTH} or larger"
    others = [user.id for user in users_of_subnet(request.cloud, subnet.id) if not arm_ids.same(user.id, request.id)]
    if others:
        return f"it is used by {others[0]}", "use a separate subnet for the API server"
    networks = {
        arm_ids.key(network_of(pool["vnetSubnetID"])) for pool in inline_pools(request) if pool.get("vnetSubnetID")
    }
    if networks and arm_ids.key(network_of(subnet.id)) not in networks:
        return "it is in another virtual network than the nodes", "use a subnet of the nodes' network"
    return "", ""
