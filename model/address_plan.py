"""The address plan of a region: a pure function from its number to every subnet.

Region number *n* gets 10.(10 n).0.0/16 for its virtual network, 100.(63 + n).0.0/16 for pods (RFC 6598: never
routed on the internet, and apart from peers) and a /20 of 172.16.0.0/12 for services. A number is never reused, so
a region's addresses never move when others come and go. Subnets stand at fixed places in the network; the gaps are
kept for growth.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from settings.schema.azure import NETWORK_PREFIX_LENGTH, REGION_NUMBERS, Region

POD_RANGE_PER_NODE: Final = 24
"""Azure CNI overlay reserves a /24 of the pod range for every node, so a /16 holds 256 nodes."""

AZURE_RESERVED_ADDRESSES: Final = 5
"""Azure keeps the first four addresses and the last one of every subnet."""

RESERVED_BY_AKS: Final = ("169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24")
"""Ranges that AKS does not accept for networks, pods or services (AKS networking documentation)."""

_SERVICES_BASE: Final = ipaddress.IPv4Address("172.16.0.0")
_SERVICES_PREFIX_LENGTH: Final = 20
_DNS_SERVICE_HOST: Final = 10

S = TypeVar("S", bound=StrEnum)


class Subnet(StrEnum):
    """The subnets of a region, by their contents."""

    SYSTEM = "system"
    WORKLOAD = "workload"
    LIVEKIT = "livekit"
    SIP = "sip"
    LOAD_BALANCERS = "load-balancers"
    APPLICATION_GATEWAY = "application-gateway"
    POSTGRESQL = "postgresql"
    PRIVATE_ENDPOINTS = "private-endpoints"
    RUNNERS = "runners"


MEDIA_SUBNETS: Final = (Subnet.LIVEKIT, Subnet.SIP)
"""Subnets whose nodes send from their own public addresses, so they have no NAT gateway."""

NODE_SUBNETS: Final = (Subnet.SYSTEM, Subnet.WORKLOAD, *MEDIA_SUBNETS)
"""The subnets of the cluster's nodes."""

_PLACES: Final[Mapping[Subnet, tuple[str, int]]] = {
    Subnet.SYSTEM: ("0.0.0.0", 24),
    Subnet.WORKLOAD: ("0.0.4.0", 22),
    Subnet.LIVEKIT: ("0.0.8.0", 25),
    Subnet.SIP: ("0.0.8.128", 25),
    Subnet.LOAD_BALANCERS: ("0.0.9.32", 27),
    # Azure recommends a /24 for WAF_v2. 10.x.11.0/24 stays free for a second gateway.
    Subnet.APPLICATION_GATEWAY: ("0.0.10.0", 24),
    Subnet.POSTGRESQL: ("0.0.12.0", 26),
    Subnet.PRIVATE_ENDPOINTS: ("0.0.13.0", 24),
    Subnet.RUNNERS: ("0.0.14.0", 26),
}


@dataclass(frozen=True)
class AddressPlan:
    """The addresses of one region. Every range is a CIDR string; `dns_service_ip` is one address inside `services`."""

    network: str
    pods: str
    services: str
    dns_service_ip: str
    subnets: Mapping[Subnet, str]

    def usable_addresses(self, subnet: Subnet) -> int:
        """Returns the number of addresses of a subnet that Azure leaves for use."""
        return ipaddress.IPv4Network(self.subnets[subnet]).num_addresses - AZURE_RESERVED_ADDRESSES

    @property
    def gateway_address(self) -> str:
        """The private address of an internal Gateway: the last usable one, because Azure assigns dynamic addresses from
        the start of the range.
        """
        return str(ipaddress.IPv4Network(self.subnets[Subnet.LOAD_BALANCERS])[-2])

    def pod_range_nodes(self) -> int:
        """Returns the number of nodes that the pod range holds."""
        return 2 ** (POD_RANGE_PER_NODE - ipaddress.IPv4Network(self.pods).prefixlen)


def default_network(number: int) -> str:
    """Returns the default address space of region `number`."""
    return f"10.{10 * number}.0.0/{NETWORK_PREFIX_LENGTH}"


def address_plan(number: int, network: str | None = None) -> AddressPlan:
    """Returns the plan of region `number`, in `network` (a /16) or its default network.

    Raises `ValueError` for a number outside `REGION_NUMBERS` or a network that is not a /16.
    """
    if number not in REGION_NUMBERS:
        raise ValueError(f"region number {number} is outside {REGION_NUMBERS.start}-{REGION_NUMBERS.stop - 1}")
    space = ipaddress.IPv4Network(network or default_network(number))
    if space.prefixlen != NETWORK_PREFIX_LENGTH:
        raise ValueError(f"{space} is not a /{NETWORK_PREFIX_LENGTH}")
    services = ipaddress.IPv4Network(
        (int(_SERVICES_BASE) + (number - 1) * 2 ** (32 - _SERVICES_PREFIX_LENGTH), _SERVICES_PREFIX_LENGTH)
    )
    return AddressPlan(
        network=str(space),
        pods=f"100.{63 + number}.0.0/16",
        services=str(services),
        dns_service_ip=str(services.network_address + _DNS_SERVICE_HOST),
        subnets=place_subnets(space, _PLACES),
    )


def region_plan(region: Region) -> AddressPlan:
    """Returns the addresses of a region of the stack file."""
    return address_plan(region.number, region.address_space)


def place_subnets(space: ipaddress.IPv4Network, places: Mapping[S, tuple[str, int]]) -> dict[S, str]:
    """Returns the CIDR of each subnet. `places` are its offset in `space`, as an address, and its prefix length.

    Each kind of stack has its own table of places.
    """
    return {subnet: _place(space, *place) for subnet, place in places.items()}


def region_network(region: Region) -> str:
    """Returns the address space of a region's virtual network, for stacks of every kind."""
    return region.address_space or default_network(region.number)


def _place(space: ipaddress.IPv4Network, offset: str, prefix_length: int) -> str:
    first = int(space.network_address) + int(ipaddress.IPv4Address(offset))
    return str(ipaddress.IPv4Network((first, prefix_length)))
