"""The interface of fake providers, with plain Python values.

Owns `FakeProvider` and the types that its methods use. Does not own gRPC: `azure_rehearsal.protocol.provider_servicer`
translates the messages, `azure_rehearsal.protocol.grpc_server` serves them.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2


class Refused(Exception):
    """A refusal of the simulated service, in the service's words, with the remediation.

    `code` is the service's error code (`InvalidParameter`, `InUseSubnetCannotBeDeleted` …), `message` names the
    resource and the reason, `remediation` is one sentence without a full stop.
    """

    def __init__(self, code: str, message: str, remediation: str = "") -> None:
        super().__init__(f"{code}: {message}" + (f" What to do: {remediation}" if remediation else ""))
        self.code = code
        self.message = message
        self.remediation = remediation


class CreatedButFailed(Refused):
    """A create that failed after the resource existed. The engine keeps `id` and `outputs` and reports the error."""

    def __init__(self, refused: Refused, id: str, outputs: dict[str, Any]) -> None:
        super().__init__(refused.code, refused.message, refused.remediation)
        self.id = id
        self.outputs = outputs


@dataclass(frozen=True)
class RetryWait:
    """The time that the real provider loses because it retries a conflict, which then fails no deployment.

    `seconds` is the sum of the pauses, `remediation` avoids the conflict.
    """

    urn: str
    code: str
    seconds: int
    remediation: str

    @property
    def hint(self) -> str:
        """One sentence for the user."""
        name = self.urn.rsplit("::", 1)[-1]
        return (
            f"{name} waits up to {self.seconds} s on Azure, because the provider retries {self.code}. To save the time:"
            f" {self.remediation}."
        )


@dataclass(frozen=True)
class CheckFailure:
    """An input that the provider refuses before the plan. `path` is a property path, `""` for the whole resource."""

    path: str
    reason: str


@dataclass(frozen=True)
class Difference:
    """The effect of changed inputs. `changed` are the paths that differ, `replaces` those that force a replacement."""

    changed: list[str] = field(default_factory=list)
    replaces: list[str] = field(default_factory=list)
    delete_before_replace: bool = False
    stables: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Resource:
    """The resource of a call."""

    urn: str
    type: str
    name: str


class FakeProvider(abc.ABC):
    """One provider instance. Values are plain (`azure_rehearsal.protocol.values`). Methods can raise `Refused`.

    Several threads call the methods at the same time, for different resources.
    """

    version: str = "0.0.0"

    accepts_secrets: bool = False
    """Whether the engine sends secrets with their marks. It then calls `construct`, and `mark_secrets` must restore the
    marks in responses. Values are plain in both cases."""

    def attach(self, engine_address: str) -> None:
        """Receives the engine's address, once, before any other call."""

    def mark_secrets(self, response: struct_pb2.Struct, request: struct_pb2.Struct, /) -> None:
        """Marks the values of `response` that are secret in `request`. Called only with `accepts_secrets`."""

    def check_config(self, old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], list[CheckFailure]]:
        """Validates the provider's own configuration."""
        return new, []

    def diff_config(self, old: dict[str, Any], new: dict[str, Any]) -> Difference:
        """Compares two configurations of this provider. `replaces` causes replacement of all its resources."""
        return Difference(changed=sorted(key for key in {*old, *new} if old.get(key) != new.get(key)))

    def configure(self, settings: dict[str, Any]) -> None:
        """Receives the configuration of this instance, once. In a preview, values can be unknown."""

    @abc.abstractmethod
    def check(
        self, resource: Resource, old: dict[str, Any], new: dict[str, Any], random_seed: bytes
    ) -> tuple[dict[str, Any], list[CheckFailure]]:
        """Completes and validates the inputs. `old` is empty for a new resource."""

    @abc.abstractmethod
    def diff(
        self, resource: Resource, id: str, old_inputs: dict[str, Any], old_outputs: dict[str, Any], new: dict[str, Any]
    ) -> Difference:
        """Compares the checked inputs with those of the last deployment."""

    @abc.abstractmethod
    def create(self, resource: Resource, inputs: dict[str, Any], preview: bool) -> tuple[str, dict[str, Any]]:
        """Creates the resource and returns `(id, outputs)`.

        In a preview, the id is `""`, and unknown outputs are `UNKNOWN`.
        """

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
        """Updates the resource in place and returns its outputs."""

    @abc.abstractmethod
    def delete(self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
        """Deletes the resource. A missing resource is not an error."""

    @abc.abstractmethod
    def read(
        self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
        """The live `(id, outputs, inputs)`, or `None` if the resource does not exist."""

    def invoke(self, token: str, arguments: dict[str, Any], preview: bool) -> dict[str, Any]:
        """Returns the result of a function that the program calls."""
        raise Refused("UnknownFunction", f"this fake provider has no function {token}")

    def construct(self, request: provider_pb2.ConstructRequest) -> provider_pb2.ConstructResponse:
        """Builds a remote component (a Helm chart) by registering its children at `request.monitorEndpoint`."""
        raise Refused("UnknownComponent", f"this fake provider has no component {request.type}")
