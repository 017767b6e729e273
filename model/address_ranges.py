"""Lists of address ranges."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Final

NOT_PUBLIC: Final[Mapping[str, str]] = {
    "0.0.0.0/8": "reserved for hosts of an unknown network",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "shared address space of providers, which the pods of all regions use",
    "127.0.0.0/8": "loopback",
    "168.63.129.16/32": "Azure's own DNS and health probes",
    "169.254.0.0/16": "link-local",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "reserved for protocols",
    "192.168.0.0/16": "private",
    "198.18.0.0/15": "reserved for benchmarks",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
}
"""Ranges without hosts on the internet, with the reason. Source: IANA's registry of special-purpose IPv4 addresses, and
learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16. The documentation ranges (RFC 5737) are
absent, because example stack files use them.
"""

MOST_PUBLIC_ADDRESSES: Final = 2**24
"""The most addresses of one list, those of a /8. No carrier or office has more; a longer list means the internet."""


def without_contained(cidrs: Iterable[str]) -> list[str]:
    """Returns IPv4 ranges, sorted as text and each once, without those that another of them contains.

    Azure refuses security rules with overlapping ranges (`OverlappingSubnetsNotPermittedInSecurityRule`). Two CIDR
    ranges overlap only if one contains the other, so the result is free of overlaps and covers the same addresses.
    """
    networks = {cidr: ipaddress.IPv4Network(cidr) for cidr in cidrs}
    return sorted(
        cidr
        for cidr, network in networks.items()
        if not any(network != other and network.subnet_of(other) for other in networks.values())
    )


def address_count(cidrs: Iterable[str]) -> int:
    """Returns the number of different addresses in IPv4 ranges."""
    return sum(network.num_addresses for network in ipaddress.collapse_addresses(map(ipaddress.IPv4Network, cidrs)))


def overlapped(cidr: str, ranges: Iterable[str]) -> str | None:
    """Returns the first of `ranges` that shares an address with `cidr`."""
    network = ipaddress.IPv4Network(cidr)
    return next((other for other in ranges if network.overlaps(ipaddress.IPv4Network(other))), None)
