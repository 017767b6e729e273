"""The node pools."""

from __future__ import annotations

SURGE = "33%"
"""Extra nodes while any other pool is upgraded (AKS's advice for production)."""


MEDIA_POOLS = ("livekit", "sip")


CALL_POOLS = (*MEDIA_POOLS, "agents")
"""Pools whose pods carry calls: never on spot nodes."""
