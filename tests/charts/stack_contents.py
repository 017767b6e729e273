"""What one stack declares: its resources in Azure, and its objects in Kubernetes, rendered charts included.

The source is the run of `__main__.py` against the mocks of the unit tests, as for the golden inventories.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from azure_rehearsal.azure.core import arm_ids, type_registry
from settings.loader.stack_file import read_sections, settings_from
from settings.schema.aks_stack import AksStackSettings
from tests.unit.graph import Graph, Registered
from tests.unit.outputs import SUBSCRIPTION_ID
from tests.unit.stacks import PROJECT, graph_of
from tools.inventory.charts import CHART_TYPE, rendered_objects

RELEASE_TYPE = "kubernetes:helm.sh/v3:Release"


@dataclass(frozen=True)
class KubernetesObject:
    """One object as the API server gets it. `where` names it in messages."""

    where: str
    content: Mapping[str, Any]

    @property
    def kind(self) -> str:
        return self.content["kind"]

    @property
    def name(self) -> str:
        return self.content["metadata"]["name"]

    @property
    def namespace(self) -> str:
        return self.content["metadata"].get("namespace", "")


@dataclass(frozen=True)
class StackContents:
    """The declarations of the stack file at `path`, as a graph and in the form of Azure and Kubernetes."""

    path: Path
    settings: AksStackSettings
    graph: Graph

    @cached_property
    def azure(self) -> list[tuple[str, Registered]]:
        """Every Azure resource with its id."""
        found = []
        for resource in self.graph.resources:
            arm_type = type_registry.types().get(resource.type)
            if arm_type is not None:
                inputs = {"subscriptionId": SUBSCRIPTION_ID, **resource.inputs}
                found.append((arm_ids.fill(arm_type.path, inputs), resource))
        return found

    @cached_property
    def objects(self) -> list[KubernetesObject]:
        """Every Kubernetes object except those of third-party charts."""
        found = []
        for resource in self.graph.resources:
            if resource.type == CHART_TYPE:
                rendered = rendered_objects(resource, PROJECT)
                found += [KubernetesObject(f"chart {name}", content) for _, name, content in rendered]
            elif resource.type.startswith("kubernetes:") and "kind" in resource.inputs:
                found.append(KubernetesObject(resource.name, resource.inputs))
        return found

    @property
    def releases(self) -> list[Registered]:
        """The releases of third-party charts, with their values."""
        return self.graph.of_type(RELEASE_TYPE)


@cache
def contents_of(path: Path) -> StackContents:
    settings = settings_from(read_sections(path), PROJECT)
    assert isinstance(settings, AksStackSettings)
    return StackContents(path, settings, graph_of(path))


@cache
def environment_of(path: Path) -> tuple[StackContents, ...]:
    """The stacks of the environment of a stack: itself, the one that it extends, and those that extend the same one.
    Stacks of an environment use the global part and the networks of each other.
    """
    own = contents_of(path)
    folder = sorted(path.parent.glob("Pulumi.*.yaml"))
    others = (contents_of(other) for other in folder if other != path)
    return (own, *(other for other in others if other.settings.environment == own.settings.environment))


def walk(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value inside a value with its keys, itself included; positions in lists do not count as keys."""
    yield path, value
    if isinstance(value, Mapping):
        yield from itertools.chain.from_iterable(walk(item, (*path, str(key))) for key, item in value.items())
    elif isinstance(value, list | tuple):
        yield from itertools.chain.from_iterable(walk(item, path) for item in value)


def texts(value: Any) -> Iterator[str]:
    """Every string inside a value, keys included."""
    for path, item in walk(value):
        if isinstance(item, str):
            yield item
        elif isinstance(item, Mapping) and path:
            yield path[-1]
