"""The provider protocol for stand-ins: plain values in, plain values out.

A stand-in implements `FakeProvider` with ordinary methods; `serve` puts any number of them behind one gRPC server on
loopback, as `PULUMI_DEBUG_PROVIDERS` expects. The engine opens one connection for each provider *instance* (the default
provider, an explicit one, the old and the new during a replacement), and a real plugin would be one process for each;
so every connection gets a `FakeProvider` object of its own, made by the factory. What instances share (the simulated
cloud, the recorded cluster) is handed to the factory by whoever calls `serve`.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2


class Refused(Exception):
    """What the simulated service refuses, in the words it would use, with the way out.

    `code` is the service's error code (`InvalidParameter`, `InUseSubnetCannotBeDeleted` …), `message` what happened to
    which resource, `remediation` what the reader should do, in one sentence.
    """

    def __init__(self, code: str, message: str, remediation: str = "") -> None:
        super().__init__(f"{code}: {message}" + (f" What to do: {remediation}" if remediation else ""))
        self.code = code
        self.message = message
        self.remediation = remediation


class CreatedButFailed(Refused):
    """A create that left something behind: the engine keeps `id` and `outputs` in its state and reports the error."""

    def __init__(self, refused: Refused, id: str, outputs: dict[str, Any]) -> None:
        super().__init__(refused.code, refused.message, refused.remediation)
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


class FakeProvider(abc.ABC):
    """One provider instance. Values are plain (`azure_rehearsal.protocol.values`); a method may raise `Refused`.

    Calls for different resources come at the same time from several threads.
    """

    version: str = "0.0.0"

    accepts_secrets: bool = False
    """Whether the engine leaves secret marks on: then it lets the provider `construct` components, and `mark_secrets`
    must put back the marks. Values are plain all the same."""

    def attach(self, engine_address: str) -> None:
        """Told where the engine listens, once and before everything else."""

    def mark_secrets(self, response: struct_pb2.Struct, request: struct_pb2.Struct, /) -> None:
        """Marks in an response what is secret in the request that it answers; with `accepts_secrets` only."""

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
