"""The recorded resource graph: the registrations of a program as frozen values.

Owns the data classes and their queries. Does not build a graph: `tests.unit.harness.build` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_PATH_PART = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\.?([^.\[\]]+)')
_PLAIN_KEY = re.compile(r"^[A-Za-z_$][\w$-]*$")


def join_path(path: str, key: str | int) -> str:
    """A property path in Pulumi's notation: `a.b[0]["odd/key"]`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if not _PLAIN_KEY.match(key):
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is neither a map nor a list, with its path; empty maps and lists count as leaves."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, join_path(path, key))
    elif isinstance(value, list) and value:
        for position, item in enumerate(value):
            yield from leaves(item, join_path(path, position))
    else:
        yield path, value


@dataclass(frozen=True, kw_only=True)
class Registered:
    """One registration as the program sent it. Inputs have the provider's names (camelCase); do not change them.

    `inputs` contains secret inputs in plain text; `is_secret` identifies them. Values that are unknown in a preview are
    `azure_rehearsal.protocol.values.UNKNOWN`. `protect` and `delete_before_replace` are `None` if the program omits
    them.
    """

    urn: str
    type: str
    name: str
    parent: str
    custom: bool
    remote: bool = False
    read: bool = False
    """Read by `.get(…)`, not created."""
    inputs: dict[str, Any] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    """Paths of the inputs marked secret. Values below such a path are secret too."""
    registered_outputs: Mapping[str, Any] | None = None
    """The arguments of `register_outputs`; `None` if a component never called it, and for all other resources."""
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    provider: str = ""
    """URN of the explicit or inherited provider; empty for the default provider."""
    providers: Mapping[str, str] = field(default_factory=dict)
    """URNs of the providers that a component passes to its children, by package."""
    protect: bool | None = None
    retain_on_delete: bool = False
    delete_before_replace: bool | None = None
    deleted_with: str = ""
    replace_with: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    ignore_changes: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    """Each alias is a URN, or `key=value` pairs of the parts that differ (`name`, `type`, `parentUrn` …)."""
    custom_timeouts: Mapping[str, str] = field(default_factory=dict)
    error_hooks: tuple[str, ...] = ()
    """Names of the hooks that decide whether a failed operation is repeated."""
    import_id: str = ""
    version: str = ""

    def is_secret(self, path: str) -> bool:
        """Whether the input at `path` or a container of it is secret."""
        parts = split_path(path)
        return any(parts[: len(marked)] == marked for marked in map(split_path, self.secrets))

    def value(self, path: str) -> Any:
        """The input at a path such as `agentPoolProfiles[0].name`. `LookupError` names where the path ends."""
        found: Any = self.inputs
        reached = ""
        for part in split_path(path):
            inside = _members(found)
            if part not in inside:
                there = ", ".join(map(str, inside)) or f"nothing, it is {found!r}"
                raise LookupError(f"{self.type} {self.name} has no {path}: inside {reached or 'its inputs'} is {there}")
            found = inside[part]
            reached = join_path(reached, part)
        return found

    def leaves(self) -> Iterator[tuple[str, Any]]:
        """Every input that is neither a map nor a list, with its path."""
        return leaves(self.inputs)


@dataclass(frozen=True, kw_only=True)
class Invoked:
    """One function call of the program."""

    token: str
    arguments: dict[str, Any]
    provider: str = ""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One line that the program or the SDK logged. `severity` is `info`, `warning` or `error`."""

    severity: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Graph:
    """All declarations of a program in the order of its statements, with resolved outputs."""

    stack: str
    """URN of the root stack, the parent of resources without another parent."""
    resources: tuple[Registered, ...]
    invokes: tuple[Invoked, ...] = ()
    exports: Mapping[str, Any] = field(default_factory=dict)
    secret_exports: frozenset[str] = frozenset()
    messages: tuple[Message, ...] = ()

    def get(self, urn: str) -> Registered:
        """The resource with this URN. Raises `LookupError`."""
        for resource in self.resources:
            if resource.urn == urn:
                return resource
        raise LookupError(f"no resource {urn} was registered")

    def of_type(self, type: str) -> list[Registered]:
        """All resources of a type token such as `azure-native:network:Subnet`; an empty list if there are none."""
        return [resource for resource in self.resources if resource.type == type]

    def one(self, type: str, name: str | None = None) -> Registered:
        """The only resource of a type, or the one with this logical name. `LookupError` lists the existing ones."""
        candidates = self.of_type(type)
        found = [resource for resource in candidates if name is None or resource.name == name]
        if len(found) == 1:
            return found[0]
        wanted = f"{type} {name}" if name else type
        if candidates:
            there = f"of that type there are: {', '.join(resource.name for resource in candidates)}"
        else:
            there = f"the types are: {', '.join(sorted({resource.type for resource in self.resources})) or 'none'}"
        raise LookupError(f"expected one {wanted}, found {len(found)}; {there}")

    def children(self, urn: str) -> list[Registered]:
        """The resources whose parent is `urn`; `Graph.stack` gives the top level."""
        return [resource for resource in self.resources if resource.parent == urn]

    def ancestors(self, urn: str) -> list[Registered]:
        """The ancestors of a resource, nearest first, without the stack."""
        found = []
        parent = self.get(urn).parent
        while parent not in ("", self.stack):
            resource = self.get(parent)
            found.append(resource)
            parent = resource.parent
        return found


def _members(value: Any) -> dict[Any, Any]:
    if isinstance(value, list):
        return dict(enumerate(value))
    return value if isinstance(value, dict) else {}


def split_path(path: str) -> tuple[str | int, ...]:
    """The keys and positions of a property path. Raises `ValueError` for an invalid path."""
    parts: list[str | int] = []
    position = 0
    while position < len(path):
        match = _PATH_PART.match(path, position)
        if match is None:
            raise ValueError(f'{path!r} is no property path: write it like a.b[0]["odd/key"]')
        quoted, index, plain = match.groups()
        parts.append(int(index) if index is not None else quoted if quoted is not None else plain)
        position = match.end()
    return tuple(parts)
