"""gRPC servers on loopback: one for each package's fake provider, as `PULUMI_DEBUG_PROVIDERS` expects.

The engine opens one connection for each provider *instance* (the default provider, an explicit one, the old and the new
one during a replacement). A real plugin is one process for each instance, so each connection gets its own
`FakeProvider`, made by the factory. The caller of `serve` gives the factory what the instances share, such as the
simulated Azure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent import futures
from dataclasses import dataclass
from typing import Final

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from azure_rehearsal.protocol.provider import FakeProvider
from azure_rehearsal.protocol.provider_servicer import ProviderServicer

MAX_MESSAGE_BYTES: Final = 400 * 1024 * 1024
"""The engine's own limit (`rpcutil.GrpcChannelOptions`)."""


@dataclass
class Server:
    """The running servers. `attach` is the value for `PULUMI_DEBUG_PROVIDERS`."""

    ports: dict[str, int]
    _servers: list[grpc.Server]

    @property
    def attach(self) -> str:
        return ",".join(f"{package}:{port}" for package, port in sorted(self.ports.items()))

    def stop(self) -> None:
        for server in self._servers:
            server.stop(grace=None)


def serve(factories: Mapping[str, Callable[[], FakeProvider]], workers: int = 64) -> Server:
    """Serves each package's fake provider on its own free loopback port until `Server.stop`."""
    ports: dict[str, int] = {}
    servers: list[grpc.Server] = []
    for package, factory in factories.items():
        server = new_server(workers)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(ProviderServicer(package, factory), server)
        ports[package] = server.add_insecure_port("127.0.0.1:0")
        server.start()
        servers.append(server)
    return Server(ports, servers)


def new_server(workers: int) -> grpc.Server:
    """A gRPC server with the engine's message limits."""
    limits = [
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
        ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ]
    return grpc.server(futures.ThreadPoolExecutor(max_workers=workers), options=limits)
