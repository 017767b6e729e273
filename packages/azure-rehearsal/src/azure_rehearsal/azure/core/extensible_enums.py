"""Types with extensible enums: the SDK lists some values, but Azure accepts others as well.

The SDK does not distinguish extensible enums from closed ones, so types declare them. Rules of the type check the
values.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from azure_rehearsal.azure.core.rules import ArmType
from azure_rehearsal.azure.core.schema import Property, ResourceSchema, Shape, resource_schema


@dataclass(frozen=True)
class _ExtensibleShape(Shape):
    """A shape with extensible enums. `paths` are relative to the shape; `[]` matches every item."""

    paths: tuple[str, ...] = ()

    @property
    def properties(self) -> Mapping[str, Property]:
        found = dict(super().properties)
        for name, member in found.items():
            shape = _extensible(
                member.shape, tuple(_below(path, name) for path in self.paths if _below(path, name) != path)
            )
            found[name] = replace(member, shape=shape)
        return MappingProxyType(found)


def _below(path: str, name: str) -> str:
    """The rest of a path after its first step; the path itself if it has another first step."""
    for step in (f"{name}.", f"{name}[]"):
        if path.startswith(step):
            return path.removeprefix(step).removeprefix(".")
    return "" if path == name else path


def _extensible(shape: Shape, paths: tuple[str, ...]) -> Shape:
    if not paths:
        return shape
    if shape.kind in ("array", "map") and shape.item is not None:
        return replace(shape, item=_extensible(shape.item, paths))
    if shape.kind == "object":
        return _ExtensibleShape(shape.kind, shape.item, shape.model, shape.allowed, shape.alternatives, paths)
    return replace(shape, allowed=()) if "" in paths else shape


@functools.cache
def _schema(token: str, paths: tuple[str, ...]) -> ResourceSchema:
    schema = resource_schema(token)
    return replace(schema, inputs=_extensible(schema.inputs, paths))


@dataclass(frozen=True)
class ExtensibleEnumType(ArmType):
    """An `ArmType` with extensible enums.

    extensible_enums    their input paths; `[]` matches every item: `dataFlows[].streams[]`
    """

    extensible_enums: tuple[str, ...] = ()

    @property
    def schema(self) -> ResourceSchema:
        return _schema(self.token, self.extensible_enums)
