"""How one ARM resource type behaves, as data where it can be data.

`ArmType` says what the provider and ARM do with a type; a `Request` is one write as a rule sees it. The types
themselves live in one module (or package) per resource provider; `azure_rehearsal.azure.core.registry` collects them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.schema import ResourceSchema, resource_schema
from azure_rehearsal.protocol.provider import Refused

if TYPE_CHECKING:
    from azure_rehearsal.azure.core.client import Client


@dataclass(frozen=True)
class NameRule:
    """What ARM says of a resource's own name. `pattern` must match the whole name; lengths are in characters.

    Only for what the API specification leaves to the service; what it states belongs to `ArmType.limits`.
    """

    pattern: str
    low: int
    high: int
    words: str
    code: str = "InvalidResourceName"

    def allows(self, name: str) -> bool:
        """Whether a name fits."""
        return self.low <= len(name) <= self.high and re.fullmatch(self.pattern, name) is not None


@dataclass(frozen=True)
class Limit:
    """What the API specification says of one input; the provider's Check refuses it before anything is planned.

    `low` and `high` bound a number, `shortest` and `longest` a string's length.
    """

    low: float | None = None
    high: float | None = None
    shortest: int | None = None
    longest: int | None = None
    pattern: str = ""


@dataclass(frozen=True)
class Immutable:
    """A property that the provider tries to change in place and ARM refuses to."""

    path: str
    code: str = "PropertyChangeNotAllowed"
    words: str = "Changing property 'properties.{path}' is not allowed."
    way_out: str = "create a new resource under another name and remove this one"


@dataclass(frozen=True)
class Serialised:
    """Writes that ARM does not run side by side: those that hold the same ancestor. `ancestor` is an id template."""

    ancestor: str
    code: str
    words: str


@dataclass(frozen=True)
class InUse:
    """Types that keep a resource from being deleted while they name it."""

    by: tuple[str, ...]
    code: str
    words: str


@dataclass(frozen=True)
class Unique:
    """A name that nobody else may hold. `key` gives what is compared, or `None` where nothing is claimed."""

    key: Callable[[Mapping[str, Any]], str | None]
    code: str
    words: str


@dataclass(frozen=True)
class Inline:
    """A property that holds child resources of a type of their own, as `subnets` of a virtual network does.

    ARM keeps them as resources and shows them in the parent. Children that a write leaves out are deleted, unless
    `keeps_missing`; a property left out altogether leaves them alone. `parameters` gives the path parameters that an
    item tells besides its name.
    """

    property: str
    token: str
    name_parameter: str
    keeps_missing: bool = False
    parameters: Callable[[Mapping[str, Any]], dict[str, str]] | None = None


@dataclass
class Request:
    """One PUT as a rule sees it.

    `given` is what was sent, `inputs` the same completed by ARM's defaults; both hold the path parameters too. A rule
    raises `Refused` for what ARM refuses at once; it sets `failure` for what ARM accepts and then fails to provision.
    """

    cloud: Cloud
    client: Client
    type: ArmType
    id: str
    path: Mapping[str, str]
    given: dict[str, Any]
    inputs: dict[str, Any]
    old: Record | None = None
    failure: Refused | None = None

    @property
    def name(self) -> str:
        return arm_ids.name(self.id)

    @property
    def kind(self) -> str:
        """The ARM kind that the id names: that of the type, but where a path parameter is part of it."""
        return arm_ids.kind(self.id)

    @property
    def location(self) -> str:
        return normal_location(str(self.inputs.get("location") or ""))

    def get(self, path: str, default: Any = None) -> Any:
        """A nested input by dotted path; `default` where any step is missing or null."""
        return dig(self.inputs, path, default)

    def was(self, path: str, default: Any = None) -> Any:
        """The property's value before this write; `default` for a new resource."""
        return dig(self.old.properties, path, default) if self.old else default

    def found(self, path: str) -> Record | None:
        """The record whose id an input holds, or `None`."""
        id = self.get(path)
        return self.cloud.get(id) if isinstance(id, str) else None


Rule: TypeAlias = Callable[[Request], None]


@dataclass(frozen=True)
class Deletion:
    """One DELETE as a guard sees it."""

    cloud: Cloud
    type: ArmType
    record: Record


@dataclass(frozen=True)
class ArmType:
    """One resource type.

    token            the SDK's type token
    path             the ARM id template; the last parameter is the resource's own name
    auto_name        how the provider fills in a missing name
    location_required  whether the API specification requires `location`
    locations        the locations there are, when they are not the regions
    force_new        inputs whose change replaces the resource, besides path parameters; a path covers what is below it
    limits           what the specification says of inputs, by path with `[]` for "every item"
    name             what ARM says of the resource's name
    unique           names that must be free beyond the resource group
    defaults         inputs that ARM fills in when they are left out, by dotted path
    immutable        what ARM refuses to change in place
    rules            what ARM refuses, in order
    outputs          response properties that are known once the resource exists, laid over the inputs
    live             response properties that depend on other resources, computed at every read
    inline           properties that hold child resources
    maintained       properties that the provider sends again from the live resource when the program leaves them out
    after            what else a successful write changes
    serialised       which writes exclude each other
    in_use           who keeps it from being deleted
    guards           further refusals of a delete
    gone             what else a delete changes
    holds_children   whether it can only be deleted once nothing is below it
    """

    token: str
    path: str
    auto_name: Literal["random", "uuid", "copy"] | None = "random"
    location_required: bool = False
    locations: tuple[str, ...] = ()
    force_new: tuple[str, ...] = ()
    limits: Mapping[str, Limit] = field(default_factory=dict)
    name: NameRule | None = None
    unique: tuple[Unique, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    immutable: tuple[Immutable, ...] = ()
    rules: tuple[Rule, ...] = ()
    outputs: Callable[[Request, Record], dict[str, Any]] | None = None
    live: Callable[[Cloud, Record], dict[str, Any]] | None = None
    inline: tuple[Inline, ...] = ()
    maintained: tuple[str, ...] = ()
    after: Callable[[Request, Record], None] | None = None
    serialised: Serialised | None = None
    in_use: tuple[InUse, ...] = ()
    guards: tuple[Callable[[Deletion], None], ...] = ()
    gone: Callable[[Deletion], None] | None = None
    holds_children: bool = False

    @property
    def schema(self) -> ResourceSchema:
        return resource_schema(self.token)

    @property
    def kind(self) -> str:
        """`Microsoft.Network/virtualNetworks/subnets`."""
        return arm_ids.kind(self.path)

    @property
    def name_parameter(self) -> str:
        return arm_ids.parameters(self.path)[-1]

    @property
    def path_inputs(self) -> tuple[str, ...]:
        """The path parameters that are inputs; the subscription comes from the provider's configuration."""
        return tuple(item for item in arm_ids.parameters(self.path) if item != "subscriptionId")


def dig(values: Any, path: str, default: Any = None) -> Any:
    """A nested value by dotted path."""
    for step in path.split("."):
        values = values.get(step) if isinstance(values, dict) else None
        if values is None:
            return default
    return values


def plant(values: dict[str, Any], path: str, value: Any) -> None:
    """Sets a nested value by dotted path where its parent exists (or is the top) and it is missing or null."""
    *parents, last = path.split(".")
    target = dig(values, ".".join(parents)) if parents else values
    if isinstance(target, dict) and target.get(last) is None:
        target[last] = value


def each(values: Any, path: str) -> list[tuple[str, Any]]:
    """Every value at a path with `[]`, by its own path: `rules[].priority` gives `("rules[0].priority", 100)`, ….

    What is missing is left out.
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
    """`West Europe` and `westeurope` are one location."""
    return location.replace(" ", "").lower()
