"""A fake provider that wraps another one, to inject faults or outages."""

from __future__ import annotations

from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from azure_rehearsal.protocol.provider import CheckFailure, Difference, FakeProvider, Resource


class ProviderWrapper(FakeProvider):
    """Passes every call on to `inner`. Subclasses override the calls that they change."""

    def __init__(self, inner: FakeProvider) -> None:
        self.inner = inner
        self.version = inner.version
        self.accepts_secrets = inner.accepts_secrets

    def attach(self, engine_address: str) -> None:
        self.inner.attach(engine_address)

    def mark_secrets(self, response: struct_pb2.Struct, request: struct_pb2.Struct, /) -> None:
        self.inner.mark_secrets(response, request)

    def check_config(self, old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], list[CheckFailure]]:
        return self.inner.check_config(old, new)

    def diff_config(self, old: dict[str, Any], new: dict[str, Any]) -> Difference:
        return self.inner.diff_config(old, new)

    def configure(self, settings: dict[str, Any]) -> None:
        self.inner.configure(settings)

    def check(
        self, resource: Resource, old: dict[str, Any], new: dict[str, Any], random_seed: bytes
    ) -> tuple[dict[str, Any], list[CheckFailure]]:
        return self.inner.check(resource, old, new, random_seed)

    def diff(
        self, resource: Resource, id: str, old_inputs: dict[str, Any], old_outputs: dict[str, Any], new: dict[str, Any]
    ) -> Difference:
        return self.inner.diff(resource, id, old_inputs, old_outputs, new)

    def create(self, resource: Resource, inputs: dict[str, Any], preview: bool) -> tuple[str, dict[str, Any]]:
        return self.inner.create(resource, inputs, preview)

    def update(
        self,
        resource: Resource,
        id: str,
        old_inputs: dict[str, Any],
        old_outputs: dict[str, Any],
        new: dict[str, Any],
        preview: bool,
    ) -> dict[str, Any]:
        return self.inner.update(resource, id, old_inputs, old_outputs, new, preview)

    def delete(self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
        self.inner.delete(resource, id, inputs, outputs)

    def read(
        self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
        return self.inner.read(resource, id, inputs, outputs)

    def invoke(self, token: str, arguments: dict[str, Any], preview: bool) -> dict[str, Any]:
        return self.inner.invoke(token, arguments, preview)

    def construct(self, request: provider_pb2.ConstructRequest) -> provider_pb2.ConstructResponse:
        return self.inner.construct(request)
