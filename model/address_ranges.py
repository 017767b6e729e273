"""Lists of address ranges."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable


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
