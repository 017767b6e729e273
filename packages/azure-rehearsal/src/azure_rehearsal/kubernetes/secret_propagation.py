"""Secret propagation: marks values that stem from secrets as secret in the provider's answers.

The provider works on plain values. The engine would mark the answers of providers that do not accept secrets, but it
lets only providers that accept secrets construct components.
"""

from __future__ import annotations

from typing import Final

from google.protobuf import struct_pb2

from azure_rehearsal.protocol.values import SECRET, SIGNATURE_KEY

_SECRET_FIELDS: Final = ("data", "stringData")


def propagate_secrets(answer: struct_pb2.Struct, asked: struct_pb2.Struct) -> None:
    """Marks as secret in `answer` every value that is secret at the same path in `asked`, and the data of every Secret.

    Marks a list as a whole when one of its items is secret, as the real provider does, because lists can be reordered.
    """
    fields = answer.fields
    if "kind" in fields and fields["kind"].string_value == "Secret":
        for name in _SECRET_FIELDS:
            if name in fields:
                _mark(fields[name])
        return
    for name, value in asked.fields.items():
        if name not in fields:
            continue
        if _is_plain_map(value) and _is_plain_map(fields[name]):
            propagate_secrets(fields[name].struct_value, value.struct_value)
        elif has_secret(value):
            _mark(fields[name])


def has_secret(value: struct_pb2.Value) -> bool:
    """Whether a value is secret or contains a secret at any depth."""
    if value.HasField("struct_value"):
        return _is_secret(value) or any(has_secret(item) for item in value.struct_value.fields.values())
    if value.HasField("list_value"):
        return any(has_secret(item) for item in value.list_value.values)
    return False


def as_secret(value: struct_pb2.Value) -> struct_pb2.Value:
    """A value marked as secret."""
    fields = {SIGNATURE_KEY: struct_pb2.Value(string_value=SECRET), "value": value}
    return struct_pb2.Value(struct_value=struct_pb2.Struct(fields=fields))


def _mark(value: struct_pb2.Value) -> None:
    if not _is_secret(value):
        plain = struct_pb2.Value()
        plain.CopyFrom(value)
        value.CopyFrom(as_secret(plain))


def _is_secret(value: struct_pb2.Value) -> bool:
    if not value.HasField("struct_value"):
        return False
    fields = value.struct_value.fields  # reading a missing key of a protobuf map would add it
    return SIGNATURE_KEY in fields and fields[SIGNATURE_KEY].string_value == SECRET


def _is_plain_map(value: struct_pb2.Value) -> bool:
    return value.HasField("struct_value") and not _is_secret(value)
