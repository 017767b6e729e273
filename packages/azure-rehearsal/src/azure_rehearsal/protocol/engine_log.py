"""Sends a provider's warnings through the engine to Pulumi's display."""

from __future__ import annotations

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc


class EngineLog:
    """Sends warnings to the engine that attached to the provider; drops them when none is attached (in tests)."""

    def __init__(self, address: str = "") -> None:
        self._address = address

    def warn(self, message: str, urn: str = "") -> None:
        """Displays a warning next to the resource with this URN."""
        if not self._address:
            return
        with grpc.insecure_channel(self._address) as channel:
            request = engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=message, urn=urn)
            engine_pb2_grpc.EngineStub(channel).Log(request)
