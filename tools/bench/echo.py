"""Fake providers that return their inputs at once, without checks or state.

A command that uses them takes as long as the engine, the SDK and the program; the rest of a rehearsal's time is the
simulator's.
"""

# ruff: noqa: ARG002 - methods of a protocol take what it sends

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from azure_rehearsal.engine.backends import Backends
from azure_rehearsal.engine.caller import Caller
from azure_rehearsal.protocol.provider import CheckFailure, Difference, FakeProvider, Resource
from azure_rehearsal.protocol.values import UNKNOWN, contains_unknown


class Echo(FakeProvider):
    """One instance of the provider whose SDK is `distribution`.

    `answers` holds the results of single functions; every other function returns its arguments. `inner` builds remote
    components: Helm renders the charts of both variants.
    """

    def __init__(
        self, distribution: str, answers: dict[str, dict[str, Any]] | None = None, inner: FakeProvider | None = None
    ) -> None:
        self.version = version(distribution)
        self._answers = answers or {}
        self._inner = inner
        self.accepts_secrets = inner is not None and inner.accepts_secrets

    def attach(self, engine_address: str) -> None:
        if self._inner is not None:
            self._inner.attach(engine_address)

    def configure(self, settings: dict[str, Any]) -> None:
        if self._inner is not None:
            self._inner.configure(settings)

    def mark_secrets(self, answer: struct_pb2.Struct, asked: struct_pb2.Struct) -> None:
        if self._inner is not None:
            self._inner.mark_secrets(answer, asked)

    def check(
        self, resource: Resource, old: dict[str, Any], new: dict[str, Any], random_seed: bytes
    ) -> tuple[dict[str, Any], list[CheckFailure]]:
        return new, []

    def diff(
        self, resource: Resource, id: str, old_inputs: dict[str, Any], old_outputs: dict[str, Any], new: dict[str, Any]
    ) -> Difference:
        return Difference()

    def create(self, resource: Resource, inputs: dict[str, Any], preview: bool) -> tuple[str, dict[str, Any]]:
        return "" if preview else f"{resource.type}/{resource.name}", _as_output(inputs)

    def update(
        self,
        resource: Resource,
        id: str,
        old_inputs: dict[str, Any],
        old_outputs: dict[str, Any],
        new: dict[str, Any],
        preview: bool,
    ) -> dict[str, Any]:
        return _as_output(new)

    def delete(self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
        """Nothing was made."""

    def read(
        self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
        return id, outputs, inputs

    def invoke(self, token: str, arguments: dict[str, Any], preview: bool) -> dict[str, Any]:
        return self._answers.get(token, arguments)

    def construct(self, request: provider_pb2.ConstructRequest) -> provider_pb2.ConstructResponse:
        return super().construct(request) if self._inner is None else self._inner.construct(request)


def _as_output(value: Any, name: str = "") -> Any:
    """Inputs in the form of outputs. They differ in one property, which goes in as a list and comes out as a map."""
    if isinstance(value, list) and name == "userAssignedIdentities":
        return UNKNOWN if contains_unknown(value) else {item: {} for item in value}
    if isinstance(value, list):
        return [_as_output(item) for item in value]
    if isinstance(value, dict):
        return {key: _as_output(item, key) for key, item in value.items()}
    return value


class EchoWorld(Backends):
    """The world of the rehearsal with such fake providers; opened like it."""

    @classmethod
    def open(cls, directory: Path) -> EchoWorld:
        return cls(directory)

    def factories(self, caller: Caller) -> dict[str, Callable[[], FakeProvider]]:
        client = self.client(caller)
        # The program refuses to run as another subscription.
        who = {
            "azure-native:authorization:getClientConfig": {
                "clientId": client.client_id,
                "objectId": client.object_id,
                "subscriptionId": client.subscription_id,
                "tenantId": client.tenant_id,
            }
        }
        kubernetes = super().factories(caller)["kubernetes"]
        return {
            "azure-native": lambda: Echo("pulumi-azure-native", who),
            "kubernetes": lambda: Echo("pulumi-kubernetes", inner=kubernetes()),
            "random": lambda: Echo("pulumi-random"),
        }
