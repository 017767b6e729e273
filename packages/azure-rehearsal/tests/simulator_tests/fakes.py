"""Fakes that tests call over gRPC or pass to a function."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc

from azure_rehearsal.protocol.grpc_server import new_server


class FakeEngine(engine_pb2_grpc.EngineServicer, resource_pb2_grpc.ResourceMonitorServicer):
    """The parts of the engine and its resource monitor that a program without resources needs."""

    def __init__(self) -> None:
        self.logged: list[tuple[int, str, int]] = []
        self.outputs: dict[str, Any] = {}
        self.registered = threading.Event()

    def Log(self, request: engine_pb2.LogRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        self.logged.append((request.severity, request.message, request.streamId))
        return empty_pb2.Empty()

    def SupportsFeature(self, request: Any, context: grpc.ServicerContext) -> Any:
        return resource_pb2.SupportsFeatureResponse(hasSupport=False)

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest, context: grpc.ServicerContext) -> Any:
        self.registered.set()
        return resource_pb2.RegisterResourceResponse(urn=f"urn:pulumi:dev::tiny::{request.type}::{request.name}")

    def RegisterResourceOutputs(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        self.outputs = {key: value.string_value for key, value in request.outputs.fields.items()}
        return empty_pb2.Empty()

    def SignalAndWaitForShutdown(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def lines(self, stream: int) -> list[str]:
        """The lines of one of the program's streams."""
        return [message.rstrip("\n") for _, message, number in self.logged if number == stream]

    def errors(self) -> list[str]:
        return [message for severity, message, _ in self.logged if severity == engine_pb2.ERROR]


@contextmanager
def serving(engine: FakeEngine) -> Generator[str]:
    """Serves the fake engine and yields its address."""
    server = new_server(workers=8)
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(grace=None).wait()
