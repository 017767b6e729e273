"""Types some of whose enumerations in the SDK are examples: Azure takes other values as well.

The SDK does not tell open enumerations from closed ones. What a service really takes, rules of the type check.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from azure_rehearsal.azure.core.rules import ArmType
from azure_rehearsal.azure.core.schema import Property, ResourceSchema, Shape, resource_schema


@dataclass(frozen=True)
class _Opened(Shape):
    """A shape below which some enumerations take every string. `paths` are relative to it, `[]` for "every item"."""

    paths: tuple[str, ...] = ()

    @property
    def properties(self) -> Mapping[str, Property]:
        found = dict(super().properties)
        for name, member in found.items():
            shape = _opened(
                member.shape, tuple(_below(path, name) for path in self.paths if _below(path, name) != path)
            )
            found[name] = replace(member, shape=shape)
        return MappingProxyType(found)


def _below(path: str, name: str) -> str:
    """What is left of a path below one of its steps; the path itself where it does not begin with that step."""
    for step in (f"{name}.", f"{name}[]"):
        if path.startswith(step):
            return path.removeprefix(step).removeprefix(".")
    return "" if path == name else path


def _opened(shape: Shape, paths: tuple[str, ...]) -> Shape:
    if not paths:
        return shape
    if shape.kind in ("array", "map") and shape.item is not None:
        return replace(shape, item=_opened(shape.item, paths))
    if shape.kind == "object":
        return _Opened(shape.kind, shape.item, shape.model, shape.allowed, shape.alternatives, paths)
    return replace(shape, allowed=()) if "" in paths else shape


@functools.cache
def _schema(token: str, paths: tuple[str, ...]) -> ResourceSchema:
    schema = resource_schema(token)
    return replace(schema, inputs=_opened(schema.inputs, paths))


@dataclass(frozen=True)
class OpenType(ArmType):
    """An `ArmType` with open enumerations.

    open_values    their input paths, with `[]` for "every item": `dataFlows[].streams[]`
    """

    open_values: tuple[str, ...] = ()

    @property
    def schema(self) -> ResourceSchema:
        return _schema(self.token, self.open_values)
