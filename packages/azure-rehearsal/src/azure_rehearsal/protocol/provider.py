"""The provider protocol for stand-ins: plain values in, plain values out.

A stand-in implements `StandIn` with ordinary methods; `serve` puts any number of them behind one gRPC server on
loopback, as `PULUMI_DEBUG_PROVIDERS` expects. The engine opens one connection for each provider *instance* (the default
provider, an explicit one, the old and the new during a replacement), and a real plugin would be one process for each;
so every connection gets a `StandIn` object of its own, made by the factory. What instances share (the simulated
cloud, the recorded cluster) is handed to the factory by whoever calls `serve`.
"""

from __future__ import annotations

import abc
import re
import threading
import traceback
from collections.abc import Callable, Mapping
from concurrent import futures
from dataclasses import dataclass, field
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from azure_rehearsal.protocol.values import from_struct, to_struct

MAX_MESSAGE_BYTES: Final = 400 * 1024 * 1024
"""The engine's own limit (`rpcutil.GrpcChannelOptions`)."""


class Refused(Exception):
    """What the simulated service refuses, in the words it would use, with the way out.

    `code` is the service's error code (`InvalidParameter`, `InUseSubnetCannotBeDeleted` …), `message` what happened to
    which resource, `way_out` what the reader should do, in one sentence.
    """

    def __init__(self, code: str, message: str, way_out: str = "") -> None:
        super().__init__(f"{code}: {message}" + (f" What to do: {way_out}" if way_out else ""))
        self.code = code
        self.message = message
        self.way_out = way_out


class CreatedButFailed(Refused):
    """A create that left something behind: the engine keeps `id` and `outputs` in its state and reports the error."""

    def __init__(self, refused: Refused, id: str, outputs: dict[str, Any]) -> None:
        super().__init__(refused.code, refused.message, refused.way_out)
        self.id = id
        self.outputs = outputs


@dataclass(frozen=True)
class CheckFailure:
    """One input that the provider refuses before anything is planned. `path` is a property path, `""` for the whole."""

    path: str
    reason: str


@dataclass(frozen=True)
class Difference:
    """What a change of inputs means. `changed` are the paths that differ, `replaces` those that force a replacement."""

    changed: list[str] = field(default_factory=list)
    replaces: list[str] = field(default_factory=list)
    delete_before_replace: bool = False
    stables: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Resource:
    """Which resource a call is about."""

    urn: str
    type: str
    name: str


class StandIn(abc.ABC):
    """One provider instance. Values are plain (`azure_rehearsal.protocol.values`); a method may raise `Refused`.

    Calls for different resources come at the same time from several threads.
    """

    version: str = "0.0.0"

    accepts_secrets: bool = False
    """Whether the engine leaves secret marks on: then it lets the provider `construct` components, and `mark_secrets`
    must put back the marks. Values are plain all the same."""

    def attach(self, engine_address: str) -> None:
        """Told where the engine listens, once and before everything else."""

    def mark_secrets(self, answer: struct_pb2.Struct, asked: struct_pb2.Struct) -> None:
        """Marks in an answer what is secret in the request that it answers; with `accepts_secrets` only."""

    def check_config(self, old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], list[CheckFailure]]:
        """Validates the provider's own configuration."""
        return new, []

    def diff_config(self, old: dict[str, Any], new: dict[str, Any]) -> Difference:
        """Compares two configurations of this provider; `replaces` replaces every resource behind it."""
        return Difference(changed=sorted(key for key in {*old, *new} if old.get(key) != new.get(key)))

    def configure(self, settings: dict[str, Any]) -> None:
        """Takes the configuration that this instance works with; called once, maybe with unknowns in a preview."""

    @abc.abstractmethod
    def check(
        self, resource: Resource, old: dict[str, Any], new: dict[str, Any], random_seed: bytes
    ) -> tuple[dict[str, Any], list[CheckFailure]]:
        """Completes and validates inputs. `old` is empty for a new resource."""

    @abc.abstractmethod
    def diff(
        self, resource: Resource, id: str, old_inputs: dict[str, Any], old_outputs: dict[str, Any], new: dict[str, Any]
    ) -> Difference:
        """Compares checked inputs with those of the last deployment."""

    @abc.abstractmethod
    def create(self, resource: Resource, inputs: dict[str, Any], preview: bool) -> tuple[str, dict[str, Any]]:
        """Creates and returns `(id, outputs)`; in a preview the id is `""` and what is not known is `UNKNOWN`."""

    @abc.abstractmethod
    def update(
        self,
        resource: Resource,
        id: str,
        old_inputs: dict[str, Any],
        old_outputs: dict[str, Any],
        new: dict[str, Any],
        preview: bool,
    ) -> dict[str, Any]:
        """Updates in place and returns the outputs."""

    @abc.abstractmethod
    def delete(self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
        """Deletes; something already gone is no error."""

    @abc.abstractmethod
    def read(
        self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
        """The live `(id, outputs, inputs)`, or `None` when it does not exist (any more)."""

    def invoke(self, token: str, arguments: dict[str, Any], preview: bool) -> dict[str, Any]:
        """Answers a function call of the program."""
        raise Refused("UnknownFunction", f"this stand-in has no function {token}")

    def construct(self, request: provider_pb2.ConstructRequest) -> provider_pb2.ConstructResponse:
        """Builds a remote component (a Helm chart) by registering its children at `request.monitorEndpoint`."""
        raise Refused("UnknownComponent", f"this stand-in has no component {request.type}")


@dataclass
class Server:
    """Stand-ins that listen; `attach` is the value for `PULUMI_DEBUG_PROVIDERS`."""

    ports: dict[str, int]
    _servers: list[grpc.Server]

    @property
    def attach(self) -> str:
        return ",".join(f"{package}:{port}" for package, port in sorted(self.ports.items()))

    def stop(self) -> None:
        for server in self._servers:
            server.stop(grace=None)


def serve(factories: Mapping[str, Callable[[], StandIn]], workers: int = 64) -> Server:
    """Serves each package's stand-in on a free loopback port of its own until `Server.stop`."""
    ports: dict[str, int] = {}
    servers: list[grpc.Server] = []
    for package, factory in factories.items():
        server = new_server(workers)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(Adapter(package, factory), server)
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


class Adapter(provider_pb2_grpc.ResourceProviderServicer):
    """Translates between gRPC and `StandIn`. Owns the instances, one for each connection."""

    def __init__(self, package: str, factory: Callable[[], StandIn]) -> None:
        self._package = package
        self._factory = factory
        self._instances: dict[str, StandIn] = {}
        self._lock = threading.Lock()

    def _instance(self, context: grpc.ServicerContext) -> StandIn:
        with self._lock:
            if context.peer() not in self._instances:
                self._instances[context.peer()] = self._factory()
            return self._instances[context.peer()]

    def _guarded(self, context: grpc.ServicerContext, call: Callable[[], Any]) -> Any:
        """Runs a call and turns what it raises into the status that the engine shows."""
        try:
            return call()
        except CreatedButFailed as failed:
            detail = provider_pb2.ErrorResourceInitFailed(
                id=failed.id, properties=to_struct(failed.outputs), reasons=[str(failed)]
            )
            status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(failed))
            status.details.add().Pack(detail)
            context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
            context.abort(grpc.StatusCode.UNKNOWN, str(failed))
        except Refused as refused:
            context.abort(grpc.StatusCode.UNKNOWN, str(refused))
        except Exception:
            context.abort(
                grpc.StatusCode.INTERNAL,
                f"a defect in the {self._package} stand-in, please report it:\n{traceback.format_exc()}",
            )

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=self._instance(context).version)

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> None:
        """The engine then asks `Configure` for what it would learn here."""
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "no handshake")

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> empty_pb2.Empty:
        self._instance(context).attach(request.address)
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def CheckConfig(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> Any:
        def call() -> provider_pb2.CheckResponse:
            inputs, failures = self._instance(context).check_config(
                from_struct(request.olds), from_struct(request.news)
            )
            return _check_response(inputs, failures)

        return self._guarded(context, call)

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> Any:
        def call() -> provider_pb2.DiffResponse:
            old = from_struct(request.old_inputs) or from_struct(request.olds)
            return _diff_response(self._instance(context).diff_config(old, from_struct(request.news)))

        return self._guarded(context, call)

    def Configure(self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext) -> Any:
        def call() -> provider_pb2.ConfigureResponse:
            instance = self._instance(context)
            instance.configure(from_struct(request.args))
            return provider_pb2.ConfigureResponse(
                acceptSecrets=instance.accepts_secrets, acceptResources=False, supportsPreview=True
            )

        return self._guarded(context, call)

    def Check(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> Any:
        def call() -> provider_pb2.CheckResponse:
            inputs, failures = self._instance(context).check(
                _resource(request), from_struct(request.olds), from_struct(request.news), request.randomSeed
            )
            answer = _check_response(inputs, failures)
            self._instance(context).mark_secrets(answer.inputs, request.news)
            return answer

        return self._guarded(context, call)

    def Diff(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> Any:
        def call() -> provider_pb2.DiffResponse:
            difference = self._instance(context).diff(
                _resource(request),
                request.id,
                from_struct(request.old_inputs),
                from_struct(request.olds),
                from_struct(request.news),
            )
            return _diff_response(difference, ignored=list(request.ignoreChanges))

        return self._guarded(context, call)

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> Any:
        def call() -> provider_pb2.CreateResponse:
            id, outputs = self._instance(context).create(
                _resource(request), from_struct(request.properties), request.preview
            )
            answer = provider_pb2.CreateResponse(id=id, properties=to_struct(outputs))
            self._instance(context).mark_secrets(answer.properties, request.properties)
            return answer

        return self._guarded(context, call)

    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> Any:
        def call() -> provider_pb2.UpdateResponse:
            outputs = self._instance(context).update(
                _resource(request),
                request.id,
                from_struct(request.old_inputs),
                from_struct(request.olds),
                from_struct(request.news),
                request.preview,
            )
            answer = provider_pb2.UpdateResponse(properties=to_struct(outputs))
            self._instance(context).mark_secrets(answer.properties, request.news)
            return answer

        return self._guarded(context, call)

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> Any:
        def call() -> empty_pb2.Empty:
            self._instance(context).delete(
                _resource(request), request.id, from_struct(request.old_inputs), from_struct(request.properties)
            )
            return empty_pb2.Empty()

        return self._guarded(context, call)

    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> Any:
        def call() -> provider_pb2.ReadResponse:
            live = self._instance(context).read(
                _resource(request), request.id, from_struct(request.inputs), from_struct(request.properties)
            )
            if live is None:
                return provider_pb2.ReadResponse()
            id, outputs, inputs = live
            answer = provider_pb2.ReadResponse(id=id, properties=to_struct(outputs), inputs=to_struct(inputs))
            self._instance(context).mark_secrets(answer.properties, request.inputs)
            self._instance(context).mark_secrets(answer.inputs, request.inputs)
            return answer

        return self._guarded(context, call)

    def Invoke(self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext) -> Any:
        def call() -> provider_pb2.InvokeResponse:
            answer = self._instance(context).invoke(request.tok, from_struct(request.args), request.preview)
            return provider_pb2.InvokeResponse(**{"return": to_struct(answer)})

        return self._guarded(context, call)

    def Construct(self, request: provider_pb2.ConstructRequest, context: grpc.ServicerContext) -> Any:
        return self._guarded(context, lambda: self._instance(context).construct(request))


def _resource(request: Any) -> Resource:
    """Type and name come with the request since 3.117; older engines put them into the URN only."""
    parts = request.urn.split("::")
    return Resource(request.urn, request.type or parts[2].rsplit("$", 1)[-1], request.name or parts[3])


def _check_response(inputs: dict[str, Any], failures: list[CheckFailure]) -> provider_pb2.CheckResponse:
    return provider_pb2.CheckResponse(
        inputs=to_struct(inputs),
        failures=[provider_pb2.CheckFailure(property=item.path, reason=item.reason) for item in failures],
    )


def _diff_response(difference: Difference, ignored: list[str] | None = None) -> provider_pb2.DiffResponse:
    kinds = provider_pb2.PropertyDiff
    changed = [path for path in difference.changed if not any(_within(path, other) for other in ignored or [])]
    replaces = [path for path in difference.replaces if path in changed]
    detail = {
        path: kinds(kind=kinds.UPDATE_REPLACE if path in replaces else kinds.UPDATE, inputDiff=True) for path in changed
    }
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=sorted({re.split(r"[.\[]", path, maxsplit=1)[0] for path in changed}),
        replaces=replaces,
        stables=difference.stables,
        deleteBeforeReplace=difference.delete_before_replace and bool(replaces),
        detailedDiff=detail,
        hasDetailedDiff=True,
    )


def _within(path: str, other: str) -> bool:
    """Whether a property path is another one or lies below it."""
    return path == other or path.startswith((f"{other}.", f"{other}["))
