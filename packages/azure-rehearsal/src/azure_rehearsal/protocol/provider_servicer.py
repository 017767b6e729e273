"""Translates between Pulumi's gRPC provider protocol and `FakeProvider`.

Owns the provider instances, one for each connection, and the conversion of exceptions into gRPC statuses. Does not own
the servers (`azure_rehearsal.protocol.grpc_server`).
"""

from __future__ import annotations

import re
import threading
import traceback
from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from azure_rehearsal.protocol.provider import (
    CheckFailure,
    CreatedButFailed,
    Difference,
    FakeProvider,
    Refused,
    Resource,
)
from azure_rehearsal.protocol.values import from_struct, to_struct


class ProviderServicer(provider_pb2_grpc.ResourceProviderServicer):
    """The gRPC service of one package. Owns its provider instances, one for each connection."""

    def __init__(self, package: str, factory: Callable[[], FakeProvider]) -> None:
        self._package = package
        self._factory = factory
        self._instances: dict[str, FakeProvider] = {}
        self._lock = threading.Lock()

    def _instance(self, context: grpc.ServicerContext) -> FakeProvider:
        with self._lock:
            if context.peer() not in self._instances:
                self._instances[context.peer()] = self._factory()
            return self._instances[context.peer()]

    def _guarded(self, context: grpc.ServicerContext, call: Callable[[], Any]) -> Any:
        """Runs a call and turns exceptions into the status that the engine shows."""
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
                f"a bug in the fake {self._package} provider, please report it:\n{traceback.format_exc()}",
            )

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=self._instance(context).version)

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> None:
        """Not implemented: the engine then gets the same information from `Configure`."""
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
            response = _check_response(inputs, failures)
            self._instance(context).mark_secrets(response.inputs, request.news)
            return response

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
            response = provider_pb2.CreateResponse(id=id, properties=to_struct(outputs))
            self._instance(context).mark_secrets(response.properties, request.properties)
            return response

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
            response = provider_pb2.UpdateResponse(properties=to_struct(outputs))
            self._instance(context).mark_secrets(response.properties, request.news)
            return response

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
            response = provider_pb2.ReadResponse(id=id, properties=to_struct(outputs), inputs=to_struct(inputs))
            self._instance(context).mark_secrets(response.properties, request.inputs)
            self._instance(context).mark_secrets(response.inputs, request.inputs)
            return response

        return self._guarded(context, call)

    def Invoke(self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext) -> Any:
        def call() -> provider_pb2.InvokeResponse:
            response = self._instance(context).invoke(request.tok, from_struct(request.args), request.preview)
            return provider_pb2.InvokeResponse(**{"return": to_struct(response)})

        return self._guarded(context, call)

    def Construct(self, request: provider_pb2.ConstructRequest, context: grpc.ServicerContext) -> Any:
        return self._guarded(context, lambda: self._instance(context).construct(request))


def _resource(request: Any) -> Resource:
    """The resource of a request. Engines before 3.117 send its type and name only in the URN."""
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
    """Whether a property path equals `other` or is below it."""
    return path == other or path.startswith((f"{other}.", f"{other}["))
