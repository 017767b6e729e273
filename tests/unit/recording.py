"""Converts requests of the protocol to the values of `tests.unit.graph`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from google.protobuf import struct_pb2
from pulumi.runtime.proto import resource_pb2

from azure_rehearsal.protocol.values import SECRET, SIGNATURE_KEY, from_struct
from tests.unit.graph import Registered, join_path

Request: TypeAlias = resource_pb2.RegisterResourceRequest | resource_pb2.ReadResourceRequest


def registered_from(urn: str, request: Request, outputs: struct_pb2.Struct | None = None) -> Registered:
    """The registration or lookup of a request; `outputs` are those that a component has registered."""
    if isinstance(request, resource_pb2.ReadResourceRequest):
        return Registered(
            urn=urn,
            type=request.type,
            name=request.name,
            parent=request.parent,
            custom=True,
            read=True,
            inputs=from_struct(request.properties),
            secrets=frozenset(secret_paths(request.properties)),
            dependencies=tuple(sorted(request.dependencies)),
            provider=provider_urn(request.provider),
            additional_secret_outputs=tuple(request.additionalSecretOutputs),
            import_id=request.id,
        )
    return Registered(
        urn=urn,
        type=request.type,
        name=request.name,
        parent=request.parent,
        custom=request.custom,
        remote=request.remote,
        inputs=from_struct(request.object),
        secrets=frozenset(secret_paths(request.object)),
        registered_outputs=None if outputs is None else from_struct(outputs),
        dependencies=tuple(sorted(request.dependencies)),
        property_dependencies={key: tuple(sorted(value.urns)) for key, value in request.propertyDependencies.items()},
        provider=provider_urn(request.provider),
        providers={package: provider_urn(reference) for package, reference in request.providers.items()},
        protect=request.protect if request.HasField("protect") else None,
        retain_on_delete=request.retainOnDelete,
        delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
        deleted_with=request.deletedWith,
        replace_with=tuple(request.replace_with),
        replace_on_changes=tuple(request.replaceOnChanges),
        ignore_changes=tuple(request.ignoreChanges),
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        aliases=(*request.aliasURNs, *map(_alias_text, request.aliases)),
        custom_timeouts={
            field.name: value for field, value in request.customTimeouts.ListFields() if isinstance(value, str)
        },
        error_hooks=tuple(request.hooks.on_error),
        import_id=request.importId,
        version=request.version,
    )


def provider_urn(reference: str) -> str:
    """The URN of a provider reference (`urn::id`)."""
    return reference.rsplit("::", 1)[0]


def secret_paths(value: struct_pb2.Struct | struct_pb2.Value, path: str = "") -> Iterator[str]:
    """The path of every value that carries the secret mark."""
    if isinstance(value, struct_pb2.Value):
        if value.WhichOneof("kind") == "list_value":
            for position, item in enumerate(value.list_value.values):
                yield from secret_paths(item, join_path(path, position))
        elif value.WhichOneof("kind") == "struct_value":
            yield from secret_paths(value.struct_value, path)
        return
    if value.fields.get(SIGNATURE_KEY, struct_pb2.Value()).string_value == SECRET:
        yield path
        return
    for key, item in value.fields.items():
        yield from secret_paths(item, join_path(path, key))


def _alias_text(alias: Any) -> str:
    if alias.WhichOneof("alias") == "urn":
        return alias.urn
    return ",".join(f"{field.name}={value}" for field, value in alias.spec.ListFields())
