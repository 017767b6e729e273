"""The static public addresses of a region, except those of media nodes."""

from __future__ import annotations

from enum import StrEnum

from settings.schema.aks_stack import AksStackSettings


class PublicAddress(StrEnum):
    """Static addresses that outlive the cluster.

    Services refer to them by annotation; `OUTBOUND` is the cluster's egress address.
    """

    SIP_EDGE = "sip-edge"
    TURN = "turn"
    GATEWAY = "gateway"
    OUTBOUND = "outbound"


ENTRANCES = (PublicAddress.SIP_EDGE, PublicAddress.TURN, PublicAddress.GATEWAY)
"""The addresses that callers and clients reach; DDoS protection covers them."""


def public_addresses(settings: AksStackSettings) -> tuple[PublicAddress, ...]:
    """Returns the addresses that the stack uses. A disabled entrance has none."""
    unused = {
        PublicAddress.TURN: not settings.livekit.turn_tls,
        PublicAddress.GATEWAY: settings.gateway.exposure == "internal",
    }
    return tuple(address for address in PublicAddress if not unused.get(address, False))
