"""The shape of every azure-native resource type, read from the installed SDK's classes.

Owns property names, nesting, required properties, enum values, and the properties of responses. Does not own limits
(lengths, patterns, ranges): the SDK does not contain them; they are in
`azure_rehearsal.azure.core.rules.ArmType.limits`.

Types are read on first use and cached. Importing the SDK's `network` module takes 1.7 s, every other one less than 0.4
s.
"""

from __future__ import annotations

import ast
import collections.abc
import enum
import functools
import importlib
import inspect
import re
import sys
import threading
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pulumi

from azure_rehearsal.protocol.values import UNKNOWN

Kind = Literal["string", "integer", "number", "boolean", "array", "map", "object", "any"]

_PACKAGE: typing.Final = "pulumi_azure_native"
_API_VERSION: typing.Final = re.compile(r"Uses Azure REST API version ([0-9a-zA-Z-]+)")
_DEFAULT: typing.Final = re.compile(r"if (\w+) is None:\n\s+\1 = (.+)\n")
_PRIMITIVES: typing.Final[dict[Any, Kind]] = {str: "string", int: "integer", float: "number", bool: "boolean"}


_IMPORTS: typing.Final = threading.RLock()
"""The SDK loads its modules lazily, which is not safe in several threads before Python 3.11.9 and 3.12.2."""


@dataclass(frozen=True)
class Shape:
    """The shape of a value. `model` is the SDK class of an object, `item` the shape of an array's or map's items."""

    kind: Kind
    item: Shape | None = None
    model: type | None = None
    allowed: tuple[str, ...] = ()
    alternatives: tuple[Shape, ...] = ()

    @property
    def properties(self) -> Mapping[str, Property]:
        return properties_of(self.model) if self.model is not None else {}


@dataclass(frozen=True)
class Property:
    """One property of an object, with the name in the API."""

    name: str
    shape: Shape
    required: bool


@dataclass(frozen=True)
class ResourceSchema:
    """Inputs and outputs of one resource type, and the API version of the SDK's class."""

    token: str
    api_version: str
    inputs: Shape
    outputs: Shape

    @property
    def defaults(self) -> Mapping[str, Any]:
        """The API's defaults of top-level inputs, which the SDK sets if the program does not."""
        return _defaults_of(self.inputs.model) if self.inputs.model is not None else {}


class UnknownType(LookupError):
    """The installed SDK has no class for a type token."""


@functools.cache
def resource_schema(token: str) -> ResourceSchema:
    """The schema of `azure-native:module:Type`. Raises `UnknownType`."""
    _, module_name, type_name = token.split(":")
    try:
        with _IMPORTS:
            module = importlib.import_module(f"{_PACKAGE}.{module_name}")
            resource: type = getattr(module, type_name)
    except (ImportError, AttributeError) as error:
        raise UnknownType(f"the installed {_PACKAGE} has no class for {token}") from error
    home = sys.modules[resource.__module__]
    arguments: type = getattr(home, home.__all__[0])
    documentation = " ".join(item.__doc__ or "" for item in typing.get_overloads(resource.__init__))
    version = _API_VERSION.search(documentation)
    return ResourceSchema(
        token=token,
        api_version=version.group(1) if version else "",
        inputs=Shape("object", model=arguments),
        outputs=Shape("object", model=resource),
    )


@functools.cache
def properties_of(model: type) -> Mapping[str, Property]:
    """The properties of an SDK class: a resource, its arguments, or a nested input or output."""
    found: dict[str, Property] = {}
    for member in vars(model).values():
        getter = member.fget if isinstance(member, property) else None
        name = getattr(getter, "_pulumi_name", None)
        if getter is None or name is None:
            continue
        annotation = _unwrapped(getter.__annotations__["return"])
        shape, optional = _shape(annotation, sys.modules[model.__module__])
        found[name] = Property(name, shape, required=not optional)
    return types.MappingProxyType(found)


@functools.cache
def _defaults_of(model: type) -> Mapping[str, Any]:
    """The defaults that an Args class sets in its constructor, by the property's name in the API."""
    constructor = inspect.getsource(model.__init__)  # type: ignore[misc]
    literals = {name: ast.literal_eval(value) for name, value in _DEFAULT.findall(constructor)}
    names = {
        attribute: getattr(getattr(member, "fget", None), "_pulumi_name", "")
        for attribute, member in vars(model).items()
    }
    return types.MappingProxyType({names[attribute]: value for attribute, value in literals.items()})


def _unwrapped(annotation: Any) -> Any:
    """`T` of `pulumi.Input[T]` and `pulumi.Output[T]`; other annotations unchanged.

    `Input[T]` is a union that flattens with `T`'s own, so `T` is taken from its `Awaitable[T]` member.
    """
    if typing.get_origin(annotation) is pulumi.Output:
        return typing.get_args(annotation)[0]
    for member in typing.get_args(annotation):
        if typing.get_origin(member) is collections.abc.Awaitable:
            return typing.get_args(member)[0]
    return annotation


def _shape(annotation: Any, module: types.ModuleType) -> tuple[Shape, bool]:
    """The shape for an annotation, and whether the value is optional."""
    annotation = _unwrapped(annotation)
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        members = typing.get_args(annotation)
        shapes = [_shape(member, module)[0] for member in members if member is not type(None)]
        return _merged_union(shapes), type(None) in members
    return _shape_of_class(annotation, module), False


def _merged_union(shapes: list[Shape]) -> Shape:
    """One shape for a union: an enum or string is a string with allowed values, objects become alternatives."""
    if all(shape.kind == "string" for shape in shapes):
        return Shape("string", allowed=tuple(value for shape in shapes for value in shape.allowed))
    return shapes[0] if len(shapes) == 1 else Shape("any", alternatives=tuple(shapes))


def _shape_of_class(annotation: Any, module: types.ModuleType) -> Shape:
    if isinstance(annotation, typing.ForwardRef):
        annotation = functools.reduce(getattr, annotation.__forward_arg__.split("."), module)
    if annotation is Any:  # a class since Python 3.11
        return Shape("any")
    if annotation in _PRIMITIVES:
        return Shape(_PRIMITIVES[annotation])
    origin = typing.get_origin(annotation)
    if origin is collections.abc.Sequence:
        return Shape("array", item=_shape(typing.get_args(annotation)[0], module)[0])
    if origin is collections.abc.Mapping:
        return Shape("map", item=_shape(typing.get_args(annotation)[1], module)[0])
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return Shape("string", allowed=tuple(str(member.value) for member in annotation))
    if isinstance(annotation, type):
        return Shape("object", model=annotation)
    return Shape("any")


def type_failures(shape: Shape, value: Any, path: str = "") -> Iterator[str]:
    """The provider's Check of a value: only missing required properties and wrong types."""
    if value is UNKNOWN or value is None or shape.kind == "any":
        return
    label = path or "inputs"
    item = shape.item or Shape("any")
    if shape.kind == "object" and isinstance(value, dict):
        yield from _member_failures(shape, value, path)
    elif shape.kind == "map" and isinstance(value, dict):
        for key, part in value.items():
            yield from type_failures(item, part, f"{label}[{key!r}]")
    elif shape.kind == "array" and isinstance(value, list):
        for index, part in enumerate(value):
            yield from type_failures(item, part, f"{label}[{index}]")
    elif not _has_kind(shape.kind, value):
        kind = "object" if shape.kind == "map" else shape.kind
        yield f"'{label}' should be of type '{kind}' but got {_description(value)}"


def _member_failures(shape: Shape, value: dict[str, Any], path: str) -> Iterator[str]:
    for name, member in shape.properties.items():
        inner = f"{path}.{name}" if path else name
        if value.get(name) is not None:
            yield from type_failures(member.shape, value[name], inner)
        elif member.required:
            yield f"missing required property '{inner}'"


def _has_kind(kind: Kind, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer":
        return isinstance(value, int)
    if kind == "number":
        return isinstance(value, (int, float))
    return kind == "string" and isinstance(value, str)


def _description(value: Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, dict):
        return "an object"
    return "a string" if isinstance(value, str) else f"the number {value}"


def without_unknown_properties(shape: Shape, value: Any, path: str = "") -> tuple[Any, list[str]]:
    """A value without the properties that `shape` does not have, and the paths of those."""
    item, dropped = shape.item or Shape("any"), list[str]()

    def inner(part_shape: Shape, part: Any, where: str) -> Any:
        kept, more = without_unknown_properties(part_shape, part, where)
        dropped.extend(more)
        return kept

    if shape.kind == "object" and isinstance(value, dict):
        known = shape.properties
        dropped.extend(f"{path}.{name}".lstrip(".") for name in value if name not in known)
        value = {
            name: inner(known[name].shape, part, f"{path}.{name}".lstrip("."))
            for name, part in value.items()
            if name in known
        }
    elif shape.kind == "map" and isinstance(value, dict):
        value = {key: inner(item, part, f"{path}.{key}") for key, part in value.items()}
    elif shape.kind == "array" and isinstance(value, list):
        value = [inner(item, part, f"{path}[{index}]") for index, part in enumerate(value)]
    return value, dropped


@dataclass(frozen=True)
class SchemaViolation:
    """A value that its enum does not contain. `allowed` lists the valid ones."""

    path: str
    value: Any
    allowed: tuple[str, ...]


def schema_violations(shape: Shape, value: Any, path: str = "properties") -> Iterator[SchemaViolation]:
    """Violations that the provider does not check and ARM refuses. Enum comparisons ignore case, as in ARM."""
    if shape.kind == "object" and isinstance(value, dict):
        for name, item in value.items():
            if name in shape.properties:
                yield from schema_violations(shape.properties[name].shape, item, f"{path}.{name}")
    elif shape.kind == "array" and isinstance(value, list):
        for index, item in enumerate(value):
            yield from schema_violations(shape.item or Shape("any"), item, f"{path}[{index}]")
    elif shape.kind == "map" and isinstance(value, dict):
        for key, item in value.items():
            yield from schema_violations(shape.item or Shape("any"), item, f"{path}.{key}")
    elif shape.allowed and isinstance(value, str) and value.lower() not in {item.lower() for item in shape.allowed}:
        yield SchemaViolation(path, value, shape.allowed)


def preview(shape: Shape, value: Any) -> Any:
    """The response in a preview: known for inputs that the response repeats, unknown for all else."""
    if shape.kind == "any" or (shape.kind not in ("object", "map", "array") and _has_kind(shape.kind, value)):
        return value
    if shape.kind == "object" and isinstance(value, dict):
        return {name: preview(member.shape, value.get(name, UNKNOWN)) for name, member in shape.properties.items()}
    if shape.kind == "array" and isinstance(value, list):
        return [preview(shape.item or Shape("any"), item) for item in value]
    if shape.kind == "map" and isinstance(value, dict):
        return {key: preview(shape.item or Shape("any"), item) for key, item in value.items()}
    return UNKNOWN


def project(shape: Shape, value: Any) -> Any:
    """`value` without the properties that `shape` does not have.

    A set of strings is a map with empty values in the API and an array in the SDK's inputs.
    """
    if value is None:
        return None
    item = shape.item or Shape("any")
    if shape.kind == "object" and isinstance(value, dict):
        known = shape.properties
        return {name: project(known[name].shape, part) for name, part in value.items() if name in known}
    if shape.kind == "array" and isinstance(value, list):
        return [project(item, part) for part in value]
    if shape.kind == "map" and isinstance(value, list):
        return {part: {} for part in value}
    if shape.kind == "map" and isinstance(value, dict):
        return {key: project(item, part) for key, part in value.items()}
    return value
