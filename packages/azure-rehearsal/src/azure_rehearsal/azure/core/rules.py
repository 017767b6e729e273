"""How one ARM resource type behaves, as data where that is possible.

`ArmType` declares the behavior of a type; `Request` is one write and `Deletion` one delete, as rules see them. The
types are in `azure_rehearsal.azure.services`; `azure_rehearsal.azure.core.type_registry` collects them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.schema import ResourceSchema, resource_schema
from azure_rehearsal.azure.data.regions import REGIONS
from azure_rehearsal.protocol.provider import Refused

if TYPE_CHECKING:
    from azure_rehearsal.azure.core.client import Client
    from azure_rehearsal.azure.core.schema import SchemaViolation


@dataclass(frozen=True)
class NameRule:
    """ARM's rule for a resource's own name. `pattern` must match the whole name; lengths are in characters.

    Use it only for rules that the API specification leaves to the service; specified limits go into `ArmType.limits`.
    """

    pattern: str
    min_length: int
    max_length: int
    message: str
    code: str = "InvalidResourceName"

    def allows(self, name: str) -> bool:
        """Whether a name follows the rule."""
        return self.min_length <= len(name) <= self.max_length and re.fullmatch(self.pattern, name) is not None


@dataclass(frozen=True)
class Limit:
    """A limit that the API specification sets on one input. The provider's Check enforces it, so previews report it.

    `minimum` and `maximum` bound a number, `min_length` and `max_length` the length of a string.
    """

    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str = ""


@dataclass(frozen=True)
class Immutable:
    """A property that the provider tries to change in place although ARM refuses the change."""

    path: str
    code: str = "PropertyChangeNotAllowed"
    message: str = "Changing property 'properties.{path}' is not allowed."
    remediation: str = "create a new resource under another name and remove this one"


@dataclass(frozen=True)
class ExclusiveWrites:
    """ARM refuses a write while another one on the same ancestor is in progress. `ancestor` is an id template.

    `message` can contain `{ancestor}`, `{other}` (the id of the other write) and `{other_name}`.
    """

    ancestor: str
    code: str
    message: str


@dataclass(frozen=True)
class InUse:
    """A resource cannot be deleted while a resource of one of these types refers to it.

    `message` can contain `{id}`, `{name}` and `{others}` (the ids of the referring resources).
    """

    user_types: tuple[str, ...]
    code: str
    message: str


@dataclass(frozen=True)
class Unique:
    """A name that only one resource can hold. `key` returns the compared value, or `None` if nothing is claimed.

    `message` can contain `{name}` and `{other}` (the id of the holder).
    """

    key: Callable[[Mapping[str, Any]], str | None]
    code: str
    message: str


@dataclass(frozen=True)
class Inline:
    """A property that contains child resources with a type of their own, such as `subnets` of a virtual network.

    ARM stores them as resources and shows them in the parent. A write deletes the children that the property omits,
    unless `keeps_omitted`; if the property itself is absent, the children stay. `parameters` returns the path
    parameters that an item contains besides its name.
    """

    property: str
    token: str
    name_parameter: str
    keeps_omitted: bool = False
    parameters: Callable[[Mapping[str, Any]], dict[str, str]] | None = None


@dataclass
class Request:
    """One PUT as a rule sees it.

    `sent` is the body that the client sent, `inputs` the same body with ARM's defaults; both contain the path
    parameters. A rule raises `Refused` if ARM refuses the write; it sets `failure` if ARM accepts the write but cannot
    provision the resource. If only a list of the rehearsal lacks a value, it calls `warn_unknown`.
    """

    cloud: Cloud
    client: Client
    type: ArmType
    id: str
    path: Mapping[str, str]
    sent: dict[str, Any]
    inputs: dict[str, Any]
    old: Record | None = None
    failure: Refused | None = None
    warnings: list[str] = field(default_factory=list)
    """Warnings of the rehearsal itself about this write; Azure is not quoted in them."""

    def warn_unknown(self, what: str, value: object) -> None:
        """Warns that the rehearsal's own list of `what` ("VM size") lacks a value. The write goes on.

        Does not name the resource, so that the output shows each value once.
        """
        self.warnings.append(
            f"not known here: {what} '{value}'. The rehearsal goes on without its rules for it; Azure may refuse it."
        )

    def warn_unknown_zones(self, zones: Iterable[object], location: str) -> None:
        """Warns about availability zones that the rehearsal's list of the region lacks."""
        known = REGIONS.get(normal_location(location))
        for zone in zones:
            if known is not None and zone not in known:
                self.warn_unknown("availability zone", f"{zone} of {normal_location(location)}")

    @property
    def name(self) -> str:
        return arm_ids.name(self.id)

    @property
    def kind(self) -> str:
        """The ARM kind in the id. It differs from the type's kind if a path parameter is part of the kind."""
        return arm_ids.kind(self.id)

    @property
    def location(self) -> str:
        return normal_location(str(self.inputs.get("location") or ""))

    def get(self, path: str, default: Any = None) -> Any:
        """A nested input by dotted path; `default` if any step is missing or null."""
        return get_path(self.inputs, path, default)

    def previous(self, path: str, default: Any = None) -> Any:
        """The property's value before this write; `default` for a new resource."""
        return get_path(self.old.properties, path, default) if self.old else default

    def referenced(self, path: str) -> Record | None:
        """The record whose id an input contains, or `None`."""
        id = self.get(path)
        return self.cloud.get(id) if isinstance(id, str) else None


Rule: TypeAlias = Callable[[Request], None]


@dataclass(frozen=True)
class Deletion:
    """One DELETE as a rule sees it."""

    cloud: Cloud
    type: ArmType
    record: Record
    client: Client
    warnings: list[str] = field(default_factory=list)
    """Warnings of the rehearsal itself about this delete."""


@dataclass(frozen=True)
class ArmType:
    """One resource type.

    token              the SDK's type token
    path               the ARM id template; the last parameter is the resource's own name
    auto_name          how the provider generates a missing name
    location_required  whether the API specification requires `location`
    locations          the available locations, if they are not the Azure regions
    force_new          inputs whose change replaces the resource, besides path parameters; a path includes nested inputs
    identifiers        properties that identify the items of an array (`x-ms-identifiers`), by the array's path
    limits             limits of the API specification on inputs, by path; `[]` matches every item
    name               ARM's rule for the resource's name
    unique             names that must be unique beyond the resource group
    defaults           values that ARM sets for omitted inputs, by dotted path
    immutable          properties that ARM refuses to change in place
    rules              refusals of a write, in order
    outputs            response properties that are fixed at the write; they override the inputs
    live_outputs       response properties that depend on other resources, computed at every read
    inline             properties that contain child resources
    maintain_if_unset  properties that the provider sends from the live resource if the program omits them
    after_write        further effects of a successful write
    exclusive_writes   writes that ARM does not run at the same time
    duration           how long a write is in progress, as a multiple of the duration of a usual write
    in_use             references that prevent a delete
    delete_rules       further refusals of a delete
    after_delete       further effects of a delete
    must_be_empty      whether a delete is refused while the resource has children
    """

    token: str
    path: str
    auto_name: Literal["random", "uuid", "copy"] | None = "random"
    location_required: bool = False
    locations: tuple[str, ...] = ()
    force_new: tuple[str, ...] = ()
    identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limits: Mapping[str, Limit] = field(default_factory=dict)
    name: NameRule | None = None
    unique: tuple[Unique, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    immutable: tuple[Immutable, ...] = ()
    rules: tuple[Rule, ...] = ()
    outputs: Callable[[Request, Record], dict[str, Any]] | None = None
    live_outputs: Callable[[Cloud, Record], dict[str, Any]] | None = None
    inline: tuple[Inline, ...] = ()
    maintain_if_unset: tuple[str, ...] = ()
    after_write: Callable[[Request, Record], None] | None = None
    exclusive_writes: ExclusiveWrites | None = None
    duration: float = 1
    in_use: tuple[InUse, ...] = ()
    delete_rules: tuple[Callable[[Deletion], None], ...] = ()
    after_delete: Callable[[Deletion], None] | None = None
    must_be_empty: bool = False

    @property
    def has_rules(self) -> bool:
        """Whether the type has a module in `azure.services`; the generic tier has not."""
        return True

    @property
    def schema(self) -> ResourceSchema:
        return resource_schema(self.token)

    def refuses(self, violation: SchemaViolation) -> bool:
        """Whether ARM refuses this violation of the SDK's shape."""
        return True

    @property
    def kind(self) -> str:
        """`Microsoft.Network/virtualNetworks/subnets`."""
        return arm_ids.kind(self.path)

    @property
    def name_parameter(self) -> str:
        return arm_ids.parameters(self.path)[-1]

    @property
    def path_inputs(self) -> tuple[str, ...]:
        """The path parameters that are inputs. The subscription comes from the provider's configuration."""
        return tuple(item for item in arm_ids.parameters(self.path) if item != "subscriptionId")


def get_path(values: Any, path: str, default: Any = None) -> Any:
    """A nested value by dotted path; `default` if any step is missing or null."""
    for step in path.split("."):
        values = values.get(step) if isinstance(values, dict) else None
        if values is None:
            return default
    return values


def set_default(values: dict[str, Any], path: str, value: Any) -> None:
    """Sets a nested value by dotted path if its parent exists (or is the top) and the value is missing or null."""
    *parents, last = path.split(".")
    target = get_path(values, ".".join(parents)) if parents else values
    if isinstance(target, dict) and target.get(last) is None:
        target[last] = value


def values_at(values: Any, path: str) -> list[tuple[str, Any]]:
    """Every value at a path with `[]`, with its own path: `rules[].priority` gives `("rules[0].priority", 100)`, ….

    Missing values are omitted.
    """
    found: list[tuple[str, Any]] = [("", values)]
    for step in path.split("."):
        name, is_list = step.removesuffix("[]"), step.endswith("[]")
        reached = [
            (f"{where}.{name}" if where else name, value[name])
            for where, value in found
            if isinstance(value, dict) and value.get(name) is not None
        ]
        found = (
            [
                (f"{where}[{index}]", item)
                for where, items in reached
                if isinstance(items, list)
                for index, item in enumerate(items)
            ]
            if is_list
            else reached
        )
    return found


def normal_location(location: str) -> str:
    """The canonical form of a location: `westeurope` for `West Europe`."""
    return location.replace(" ", "").lower()
