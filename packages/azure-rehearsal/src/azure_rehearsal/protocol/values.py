"""Conversion between property values on the wire (gRPC) and plain Python values.

The engine marks values that JSON cannot express with signatures (`pulumi/sdk/go/common/resource/plugin/rpc.go`):
an unknown is one of seven fixed strings, a secret or an output value is a map with a signature key.
Fake providers do not receive secret marks, unless they accept secrets: the engine removes the marks before each call
and restores them on all values that come from a secret input.
"""

from __future__ import annotations

import enum
from typing import Any, Final

from google.protobuf import struct_pb2

SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT_VALUE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
RESOURCE_REFERENCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"

_UNKNOWN_WIRE: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
_UNKNOWN_STRING: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class _Unknown(enum.Enum):
    """The type of `UNKNOWN`: a single object that type checkers can distinguish."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __deepcopy__(self, memo: object) -> _Unknown:
        return self


UNKNOWN: Final = _Unknown.UNKNOWN
"""The value of a property that a plan does not know yet."""


def contains_unknown(value: Any) -> bool:
    """Whether `value` is unknown or contains an unknown at any depth."""
    if value is UNKNOWN:
        return True
    if isinstance(value, dict):
        return any(contains_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(contains_unknown(item) for item in value)
    return False


def from_wire(value: struct_pb2.Value) -> Any:
    """A protobuf value as a plain one. Whole numbers become `int`. Unwraps secrets and output values."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in _UNKNOWN_WIRE else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [from_wire(item) for item in value.list_value.values]
    if kind == "struct_value":
        fields = value.struct_value.fields
        signature = fields[SIGNATURE_KEY].string_value if SIGNATURE_KEY in fields else None
        if signature in (SECRET, OUTPUT_VALUE):
            return from_wire(fields["value"]) if "value" in fields else UNKNOWN
        if signature == RESOURCE_REFERENCE:
            return fields["id"].string_value if "id" in fields else fields["urn"].string_value
        return {key: from_wire(item) for key, item in fields.items()}
    return None


def from_struct(struct: struct_pb2.Struct) -> dict[str, Any]:
    """A protobuf struct as a plain dictionary, without the engine's own top-level keys (`__defaults` …)."""
    return {key: from_wire(value) for key, value in struct.fields.items() if not key.startswith("__")}


def to_wire(value: Any) -> struct_pb2.Value:
    """A plain value as a protobuf one. Raises `TypeError` for a value that is neither JSON nor `UNKNOWN`."""
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if value is UNKNOWN:
        return struct_pb2.Value(string_value=_UNKNOWN_STRING)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, (int, float)):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, (list, tuple)):
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[to_wire(item) for item in value]))
    if isinstance(value, dict):
        return struct_pb2.Value(struct_value=to_struct(value))
    raise TypeError(f"{type(value).__name__} is not a property value: {value!r}")


def to_struct(values: dict[str, Any]) -> struct_pb2.Struct:
    """A plain dictionary as a protobuf struct."""
    return struct_pb2.Struct(fields={key: to_wire(value) for key, value in values.items()})
