"""Rules for the network profile of a cluster: pod and service ranges, network plug-in, dataplane."""

from __future__ import annotations

import ipaddress
from typing import Any, Final

from azure_rehearsal.azure.core import addresses
from azure_rehearsal.azure.core.rules import Request
from azure_rehearsal.azure.services.containerservice.common import inline_pools, invalid
from azure_rehearsal.azure.services.network.common import SUBNET, network_of, prefixes_of
from azure_rehearsal.protocol.provider import Refused

RESERVED: Final = tuple(
    ipaddress.ip_network(item) for item in ("169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24")
)
"""Ranges that AKS reserves. Service, pod and network ranges must not overlap them."""
MAX_SERVICE_RANGE_PREFIX: Final = 12
"""The service range must be smaller than a block of this prefix length."""
DEFAULT_POD_CIDR: Final = "10.244.0.0/16"
DEFAULT_SERVICE_CIDR: Final = "10.0.0.0/16"
DEFAULT_DNS_SERVICE_IP: Final = "10.0.0.10"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def fill_network_defaults(request: Request) -> None:
    """Sets the defaults of the network profile, as AKS does."""
    profile = request.inputs.setdefault("networkProfile", {})
    defaults = {
        "networkPlugin": "azure",
        "outboundType": "loadBalancer",
        "loadBalancerSku": "standard",
        "serviceCidr": DEFAULT_SERVICE_CIDR,
        "ipFamilies": ["IPv4"],
    }
    if profile.get("networkPluginMode") == "overlay" or profile.get("networkPlugin") == "kubenet":
        defaults["podCidr"] = DEFAULT_POD_CIDR
    elif profile.get("networkPlugin", "azure") == "azure":
        _drop_pod_range(request, profile)
    for key, value in defaults.items():
        if profile.get(key) is None:
            profile[key] = value
    if profile.get("dnsServiceIP") is None and profile["serviceCidr"] == DEFAULT_SERVICE_CIDR:
        profile["dnsServiceIP"] = DEFAULT_DNS_SERVICE_IP
    profile["serviceCidrs"] = profile.get("serviceCidrs") or [profile["serviceCidr"]]
    if profile.get("podCidr"):
        profile["podCidrs"] = profile.get("podCidrs") or [profile["podCidr"]]


def _drop_pod_range(request: Request, profile: dict[str, Any]) -> None:
    """Without overlay, AKS replaces the pod range: Azure/azure-cli#25932, terraform-provider-azurerm#1723.

    The SDK's Args class sends the default range, so only another one is worth a warning.
    """
    given = profile.pop("podCidr", DEFAULT_POD_CIDR)
    if given != DEFAULT_POD_CIDR:
        request.warnings.append(
            f"podCidr {given} of {request.name} has no effect: with Azure CNI without overlay, AKS gives pods addresses"
            " of the subnet. Set networkPluginMode to overlay, or remove podCidr."
        )


def _range(request: Request, key: str) -> Network | None:
    text = request.get(f"networkProfile.{key}")
    if text is None:
        return None
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise Refused(
            "CidrStringParseError",
            f"Cidr is invalid: networkProfile.{key} of {request.id} is '{text}'.",
            "use a block without host bits, such as 100.64.0.0/16",
        ) from None


def refuse_ranges(request: Request) -> None:
    """Refuses pod and service ranges that overlap each other, the network, or ranges that AKS reserves."""
    services, pods = _range(request, "serviceCidr"), _range(request, "podCidr")
    if services is not None and services.prefixlen <= MAX_SERVICE_RANGE_PREFIX:
        raise invalid(
            "networkProfile.serviceCidr",
            f"{services} is too large.",
            f"it must be smaller than a /{MAX_SERVICE_RANGE_PREFIX}",
        )
    if services is not None and pods is not None and addresses.overlaps(services, pods):
        raise Refused(
            "PodCidrOverlapServiceCidr",
            f"The pod CIDR {pods} overlaps with the service CIDR {services}.",
            "choose ranges that do not overlap",
        )
    for name, cidr in (("service", services), ("pod", pods)):
        if cidr is None:
            continue
        reserved = next((item for item in RESERVED if addresses.overlaps(cidr, item)), None)
        if reserved is not None:
            raise invalid(
                f"networkProfile.{name}Cidr",
                f"{cidr} overlaps with {reserved}, which AKS reserves.",
                f"do not overlap {', '.join(map(str, RESERVED))}",
            )
        _refuse_range_in_networks(request, name, cidr)
    if services is not None:
        _refuse_dns_address(request, services)


def _refuse_range_in_networks(request: Request, name: str, cidr: Network) -> None:
    networks = {network_of(pool["vnetSubnetID"]) for pool in inline_pools(request) if pool.get("vnetSubnetID")}
    for network in filter(None, map(request.cloud.get, sorted(networks))):
        subnets = [
            (item.id, prefix) for item in request.cloud.children(network.id, SUBNET) for prefix in prefixes_of(item)
        ]
        spaces = [(network.id, prefix) for prefix in prefixes_of(network)]
        for id, other in [*subnets, *spaces]:
            if addresses.overlaps(cidr, other):
                raise Refused(
                    f"{name.capitalize()}CidrOverlapExistingSubnetsCidr",
                    f"The specified {name} CIDR {cidr} is conflicted with an existing subnet CIDR {other} ({id}).",
                    f"choose a {name} range outside the address plan of every network",
                )


def _refuse_dns_address(request: Request, services: Network) -> None:
    text = request.get("networkProfile.dnsServiceIP")
    if text is None:
        raise invalid(
            "networkProfile.dnsServiceIP",
            f"it is missing although serviceCidr is {services}.",
            "set an address in the service range, usually the tenth",
        )
    address = ipaddress.ip_address(text)
    if address not in services:
        raise Refused(
            "DnsServiceIpOutOfServiceCidr",
            f"The DNS service IP {address} is not in the range of the service CIDR {services}.",
            "use an address inside the service range",
        )
    if address == services.network_address + 1:
        raise Refused(
            "DnsServiceIpConflicting",
            f"The DNS service IP {address} is the first address of {services}, which the API server uses.",
            "use another address, usually the tenth",
        )
    if address == services.broadcast_address:
        raise Refused(
            "DnsBroadcastAddressConflicting",
            f"The DNS service IP {address} is the broadcast address of {services}.",
            "use another address",
        )


def refuse_dataplane(request: Request) -> None:
    """Refuses combinations of network plug-in, mode, dataplane and policy that AKS does not support."""
    profile = request.inputs["networkProfile"]
    plugin, mode = profile.get("networkPlugin"), profile.get("networkPluginMode")
    dataplane, policy = profile.get("networkDataplane"), profile.get("networkPolicy")
    if dataplane == "cilium" and plugin != "azure":
        raise invalid(
            "networkProfile.networkDataplane",
            f"networkDataplane cilium requires networkPlugin azure, it is {plugin}.",
            "set networkPlugin to azure",
        )
    if mode == "overlay" and plugin != "azure":
        raise invalid(
            "networkProfile.networkPluginMode",
            f"networkPluginMode overlay requires networkPlugin azure, it is {plugin}.",
            "set networkPlugin to azure",
        )
    if policy == "cilium" and dataplane != "cilium":
        raise Refused(
            "NetworkPolicyNotSupported",
            f"networkPolicy cilium requires networkDataplane cilium, it is {dataplane}.",
            "set networkDataplane to cilium",
        )
