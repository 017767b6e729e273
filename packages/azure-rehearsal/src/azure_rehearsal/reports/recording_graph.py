"""A recording as a graph: who is whose parent, who waits for whom.

Owns how a recording (`azure_rehearsal.reports.recording`) is read by everything that is shown to operators. Does not
own what is made of it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Recording = Sequence[dict[str, Any]]
"""What `azure_rehearsal.reports.recording.record` gives; `azure_rehearsal.reports.planned` gives the same for a
plan."""

PROVIDER: Final = "pulumi:providers:"
_CHILDLESS_AT_FIRST: Final = frozenset({"pulumi:pulumi:Stack", "kubernetes:helm.sh/v4:Chart"})
"""Components that a first plan may show without what is in them: the values of a chart are not known yet."""
_VERSION: Final = re.compile(r"^(azure-native:\w+)/v\w+:")
_REPLACING: Final = frozenset({"replace", "create-replacement", "delete-replaced", "discard-replaced"})
_IDLE: Final = frozenset({"same", "read", "refresh", "import", "remove-pending-replace"})


@dataclass(frozen=True)
class Resource:
    """One object of a recording. `type` has no API version, so that one table serves every version."""

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
    """Property paths that differ; known for plans only."""

    @property
    def stack(self) -> str:
        return stack_of(self.urn)

    @property
    def package(self) -> str:
        return self.type.split(":", 1)[0]

    @property
    def physical_name(self) -> str:
        """The name in Azure or Kubernetes, or the logical one where a plan does not know it yet."""
        metadata = self.outputs.get("metadata") or self.inputs.get("metadata")
        name = self.outputs.get("name") or (metadata.get("name") if isinstance(metadata, dict) else None)
        return name if isinstance(name, str) and not name.startswith("[") else self.name

    def value(self, path: str) -> Any:
        """The input at a dotted path; None where there is none."""
        return at(self.inputs, path)

    def values(self, path: str) -> list[Any]:
        """The list at a dotted path; empty where there is none or a plan does not know it yet."""
        found = at(self.inputs, path)
        return found if isinstance(found, list) else []


def at(value: Any, path: str) -> Any:
    """What stands at a dotted path in plain values; None where nothing does."""
    for key in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def number(value: Any, otherwise: float) -> float:
    """A number, also one written as text; `otherwise` for what is absent or not known yet."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return otherwise


def stack_of(urn: str) -> str:
    """The stack that a URN names."""
    return urn.split("::", 1)[0].rsplit(":", 1)[-1]


def plain_type(token: str) -> str:
    """A type token without the API version that azure-native writes into it."""
    return _VERSION.sub(r"\1:", token)


def operation(ops: Collection[str]) -> str:
    """What several steps on one resource come to: same, create, update, replace or delete."""
    if not _REPLACING.isdisjoint(ops):
        return "replace"
    return next((op for op in ("delete", "create", "update") if op in ops), _other(ops))


def _other(ops: Collection[str]) -> str:
    return next((op for op in ops if op not in _IDLE), "same")


class Graph:
    """A recording with its relations. Raises `ValueError` for two records with one URN."""

    def __init__(self, recording: Recording) -> None:
        self.resources = [_resource(record) for record in recording]
        self.by_urn = {resource.urn: resource for resource in self.resources}
        if len(self.by_urn) < len(self.resources):
            raise ValueError("a recording has two records with one URN: it was made of the same stack twice")
        self._children: dict[str, list[Resource]] = {}
        for resource in self.resources:
            self._children.setdefault(resource.parent, []).append(resource)

    @property
    def stacks(self) -> list[str]:
        """In their order of deployment, which is the order of a recording."""
        return list(dict.fromkeys(resource.stack for resource in self.resources))

    def is_component(self, resource: Resource) -> bool:
        """Whether it is a name for its children, and nothing in a cloud."""
        return resource.type in _CHILDLESS_AT_FIRST or resource.urn in self._components

    def component_of(self, resource: Resource) -> Resource | None:
        """The nearest component above a resource; None for what hangs on nothing."""
        above = self.by_urn.get(resource.parent)
        return above if above is None or self.is_component(above) else self.component_of(above)

    def waits_for(self, resource: Resource) -> set[str]:
        """The URNs that must be done before a resource is begun: its own dependencies and its parent, which in turn
        waits for its own; its provider; and for a component that it depends on, all that is in it."""
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
        """A recording does not say what is a component: what the URN of a child names above it, and what a package's
        `index` module has. Nothing of Azure is one, whatever hangs below it."""
        chains = {urn.split("::")[2].rsplit("$", 1)[0] for urn in self.by_urn if "$" in urn.split("::")[2]}
        return {
            resource.urn
            for resource in self.resources
            if resource.package != "azure-native"
            and (resource.urn.split("::")[2] in chains or resource.type.split(":")[1:2] == ["index"])
        }

    def _providers(self, resource: Resource) -> list[str]:
        """Where a recording does not name it: every explicit provider of the package in the stack, for a program that
        builds one lets nothing be served by the default one."""
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


def _resource(record: dict[str, Any]) -> Resource:
    return Resource(
        urn=record["urn"],
        type=plain_type(record["type"]),
        name=record["name"],
        parent=record.get("parent") or "",
        inputs=record.get("inputs") or {},
        outputs=record.get("outputs") or {},
        dependencies=tuple(record.get("dependencies") or ()),
        provider=record.get("provider") or "",
        op=operation([record.get("op", "same")]),
        changed=tuple(record.get("changed") or ()),
    )
