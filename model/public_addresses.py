"""The static public addresses of a region, except those of media nodes."""

from __future__ import annotations

from enum import StrEnum


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
