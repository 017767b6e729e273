"""A resource monitor that accepts every registration, for tests of components without the engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc

from azure_rehearsal.protocol.grpc_server import new_server

Request = resource_pb2.RegisterResourceRequest
Response = resource_pb2.RegisterResourceResponse


@dataclass
class FakeMonitor(resource_pb2_grpc.ResourceMonitorServicer, engine_pb2_grpc.EngineServicer):
    """Answers with URNs in the engine's format. `answer` can return another response or abort."""

    answer: Callable[[Request, grpc.ServicerContext], Response | None] = lambda request, context: None
    delay_seconds: float = 0
    registered: list[Request] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    concurrent: int = 0
    max_concurrent: int = 0
    warnings: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._server = new_server(workers=40)
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(self, self._server)
        engine_pb2_grpc.add_EngineServicer_to_server(self, self._server)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def stop(self) -> None:
        self._server.stop(grace=None)

    def RegisterResource(self, request: Request, context: grpc.ServicerContext) -> Response:
        with self._lock:
            self.registered.append(request)
            self.concurrent += 1
            self.max_concurrent = max(self.max_concurrent, self.concurrent)
        time.sleep(self.delay_seconds)
        answer = self.answer(request, context)
        with self._lock:
            self.concurrent -= 1
            self.finished.append(urn_of(request))
        return answer or Response(urn=urn_of(request), id="" if not request.custom else f"id-of-{request.name}")

    def Log(self, request: engine_pb2.LogRequest, context: Any) -> empty_pb2.Empty:
        self.warnings.append((request.urn, request.message))
        return empty_pb2.Empty()

    @property
    def component(self) -> Request:
        return self.registered[0]

    @property
    def children(self) -> dict[str, Request]:
        """The registered children by name."""
        return {request.name: request for request in self.registered[1:]}


def urn_of(request: Request) -> str:
    return f"urn:pulumi:staging::shop::{request.type}::{request.name}"
