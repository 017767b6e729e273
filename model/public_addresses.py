"""The public addresses of a region that are not a media node's, by what they are for."""

from __future__ import annotations

from enum import StrEnum


class PublicAddress(StrEnum):
    """Static addresses that survive the cluster. Services name them by annotation; `OUTBOUND` is the cluster's own
    way out.
    """

    SIP_EDGE = "sip-edge"
    TURN = "turn"
    GATEWAY = "gateway"
    OUTBOUND = "outbound"


ENTRANCES = (PublicAddress.SIP_EDGE, PublicAddress.TURN, PublicAddress.GATEWAY)
"""Addresses that callers and clients reach: what DDoS protection is for."""
