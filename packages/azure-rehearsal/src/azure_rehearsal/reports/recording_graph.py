"""A recording as a graph of parents and dependencies.

Owns the interpretation of a recording (`azure_rehearsal.reports.recording`) for all reports. Does not own the reports.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Recording = Sequence[dict[str, Any]]
"""The entries from `azure_rehearsal.reports.recording`, or from `azure_rehearsal.reports.planned` for a plan."""

PROVIDER: Final = "pulumi:providers:"
_CHILDLESS_AT_FIRST: Final = frozenset({"pulumi:pulumi:Stack", "kubernetes:helm.sh/v4:Chart"})
"""Components that can be without children in a first plan, because the values of a chart are still unknown."""
_VERSION: Final = re.compile(r"^(azure-native:\w+)/v\w+:")
_REPLACING: Final = frozenset({"replace", "create-replacement", "delete-replaced", "discard-replaced"})
_IDLE: Final = frozenset({"same", "read", "refresh", "import", "remove-pending-replace"})


@dataclass(frozen=True)
class Resource:
    """One entry of a recording. `type` has no API version, so that tables apply to every version."""

    urn: str
    type: str
    name: str
    parent: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    dependencies: tuple[str, ...] = ()
    provider: str = ""
    op: str = "same"
    changed: tuple[str, ...] = ()
    """The changed property paths; empty unless the recording is of a plan."""
    retry_seconds: int = 0
    """The time that the provider waited between retries of a conflict."""

    @property
    def stack(self) -> str:
        return stack_of(self.urn)

    @property
    def package(self) -> str:
        return self.type.split(":", 1)[0]

    @property
    def physical_name(self) -> str:
        """The name in Azure or Kubernetes; the logical name if a plan does not know it yet."""
        metadata = self.outputs.get("metadata") or self.inputs.get("metadata")
        name = self.outputs.get("name") or (metadata.get("name") if isinstance(metadata, dict) else None)
        return name if isinstance(name, str) and not name.startswith("[") else self.name

    def value(self, path: str) -> Any:
        """The input at a dotted path, or `None`."""
        return at(self.inputs, path)

    def values(self, path: str) -> list[Any]:
        """The list at a dotted path; empty if it is missing or unknown."""
        found = at(self.inputs, path)
        return found if isinstance(found, list) else []


def at(value: Any, path: str) -> Any:
    """The value at a dotted path, or `None`."""
    for key in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def number(value: Any, default: float) -> float:
    """The value as a number; `default` if it is missing, unknown or not numeric."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return default


def stack_of(urn: str) -> str:
    """The stack in a URN."""
    return urn.split("::", 1)[0].rsplit(":", 1)[-1]


def plain_type(token: str) -> str:
    """A type token without azure-native's API version."""
    return _VERSION.sub(r"\1:", token)


def operation(ops: Collection[str]) -> str:
    """The operation of several steps on one resource: same, create, update, replace or delete."""
    if not _REPLACING.isdisjoint(ops):
        return "replace"
    return next((op for op in ("delete", "create", "update") if op in ops), _other(ops))


def _other(ops: Collection[str]) -> str:
    return next((op for op in ops if op not in _IDLE), "same")


class Graph:
    """A recording with its relations. Raises `ValueError` for duplicate URNs."""

    def __init__(self, recording: Recording) -> None:
        self.resources = [_resource(entry) for entry in recording]
        self.by_urn = {resource.urn: resource for resource in self.resources}
        if len(self.by_urn) < len(self.resources):
            raise ValueError("the recording has two entries with one URN: it contains the same stack twice")
        self._children: dict[str, list[Resource]] = {}
        for resource in self.resources:
            self._children.setdefault(resource.parent, []).append(resource)

    @property
    def stacks(self) -> list[str]:
        """The stacks in deployment order, which is the order of the recording."""
        return list(dict.fromkeys(resource.stack for resource in self.resources))

    def is_component(self, resource: Resource) -> bool:
        """Whether the resource is a component, which exists only in Pulumi."""
        return resource.type in _CHILDLESS_AT_FIRST or resource.urn in self._components

    def component_of(self, resource: Resource) -> Resource | None:
        """The nearest component above a resource, or `None`."""
        above = self.by_urn.get(resource.parent)
        return above if above is None or self.is_component(above) else self.component_of(above)

    def waits_for(self, resource: Resource) -> set[str]:
        """The URNs that must be done before a resource starts: its dependencies, its parent and its provider, and for
        each component among the dependencies all resources inside it."""
        above = {parent.urn for parent in self._ancestors(resource)}
        wanted = [*resource.dependencies, *self._providers(resource)]
        found = {resource.parent} if resource.parent in self.by_urn else set()
        for urn in wanted:
            if urn in self.by_urn and urn != resource.urn:
                found.add(urn)
                if urn not in above:
                    found |= {inner.urn for inner in self._descendants(urn)}
        return found - {resource.urn}

    @functools.cached_property
    def _components(self) -> set[str]:
        """The URNs of the components.

        A recording does not mark them. A resource is a component if the URN of a child names its type above the child,
        or if its type is in a package's `index` module.
        """
        chains = {urn.split("::")[2].rsplit("$", 1)[0] for urn in self.by_urn if "$" in urn.split("::")[2]}
        return {
            resource.urn
            for resource in self.resources
            if resource.package != "azure-native"
            and (resource.urn.split("::")[2] in chains or resource.type.split(":")[1:2] == ["index"])
        }

    def _providers(self, resource: Resource) -> list[str]:
        """The provider of a resource.

        If the recording does not name it: every explicit provider of the package in the stack. We assume that a program
        with an explicit provider does not use the default one.
        """
        if resource.provider:
            return [resource.provider.rsplit("::", 1)[0]]
        return self._explicit_providers.get((resource.stack, resource.package), [])

    @functools.cached_property
    def _explicit_providers(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = {}
        for resource in self.resources:
            if resource.type.startswith(PROVIDER) and not resource.name.startswith("default"):
                found.setdefault((resource.stack, resource.type.removeprefix(PROVIDER)), []).append(resource.urn)
        return found

    def _ancestors(self, resource: Resource) -> Iterable[Resource]:
        while (above := self.by_urn.get(resource.parent)) is not None:
            yield above
            resource = above

    def _descendants(self, urn: str) -> Iterable[Resource]:
        for child in self._children.get(urn, []):
            yield child
            yield from self._descendants(child.urn)


def _resource(entry: dict[str, Any]) -> Resource:
    return Resource(
        urn=entry["urn"],
        type=plain_type(entry["type"]),
        name=entry["name"],
        parent=entry.get("parent") or "",
        inputs=entry.get("inputs") or {},
        outputs=entry.get("outputs") or {},
        dependencies=tuple(entry.get("dependencies") or ()),
        provider=entry.get("provider") or "",
        op=operation([entry.get("op", "same")]),
        changed=tuple(entry.get("changed") or ()),
        retry_seconds=int(entry.get("retrySeconds") or 0),
    )
