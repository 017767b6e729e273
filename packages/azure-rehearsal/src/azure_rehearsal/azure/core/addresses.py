"""CIDR blocks as Azure parses them, and the public addresses that the simulated Azure assigns."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable
from typing import Final

from azure_rehearsal.protocol.provider import Refused

PUBLIC_RANGE: Final = ipaddress.IPv4Network("198.18.0.0/15")
"""The range of assigned public addresses: RFC 2544 reserves it for benchmarks, so it is not routed."""

_PREFIXES, _SINGLE = PUBLIC_RANGE.subnets(new_prefix=16)


def network(text: str, where: str, resource: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """The CIDR block in `text`. Raises `Refused` for other text and for blocks with host bits."""
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        pass
    try:
        detail = (
            f"For the given prefix length, the address prefix should be {ipaddress.ip_network(text, strict=False)}."
        )
    except ValueError:
        detail = "An example of an address prefix is 10.0.0.0/16."
    raise Refused(
        "InvalidCIDRNotation",
        f"The address prefix {text} in resource {resource} has an invalid CIDR notation. {detail}",
        f"correct {where}",
    )


def overlaps(
    one: ipaddress.IPv4Network | ipaddress.IPv6Network, other: ipaddress.IPv4Network | ipaddress.IPv6Network
) -> bool:
    """Whether two ranges of one IP version share an address."""
    return one.version == other.version and one.overlaps(other)


def contains(
    outer: ipaddress.IPv4Network | ipaddress.IPv6Network, inner: ipaddress.IPv4Network | ipaddress.IPv6Network
) -> bool:
    """Whether `outer` contains `inner`."""
    if isinstance(outer, ipaddress.IPv4Network) and isinstance(inner, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(outer, ipaddress.IPv6Network) and isinstance(inner, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False


def free_address(seed: str, taken: Iterable[str]) -> str:
    """A free public address outside every prefix. Deterministic for a seed unless the address is taken."""
    return str(_free_block(_SINGLE, 32, seed, [ipaddress.IPv4Network(item) for item in taken]).network_address)


def free_prefix(seed: str, length: int, taken: Iterable[str]) -> str:
    """A block of public addresses that overlaps no other prefix."""
    return str(_free_block(_PREFIXES, length, seed, [ipaddress.IPv4Network(item) for item in taken]))


def free_address_in(prefix: str, taken: Iterable[str]) -> str | None:
    """The lowest free address of a prefix, or `None`. Azure assigns every address of a prefix."""
    used = set(taken)
    return next((str(item) for item in ipaddress.IPv4Network(prefix) if str(item) not in used), None)


def _free_block(
    space: ipaddress.IPv4Network, length: int, seed: str, taken: list[ipaddress.IPv4Network]
) -> ipaddress.IPv4Network:
    size = 2 ** (32 - length)
    count = space.num_addresses // size
    start = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big") % count
    for step in range(count):
        first = int(space.network_address) + (start + step) % count * size
        block = ipaddress.IPv4Network((first, length))
        if not any(block.overlaps(other) for other in taken):
            return block
    raise Refused(
        "PublicIPCountLimitReached",
        f"the simulated Azure has no free /{length} left in {space}",
        "delete resources, or start with an empty cloud",
    )
