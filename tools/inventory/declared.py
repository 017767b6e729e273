"""The declarations of a stack: every resource, rendered chart object, function call and export.

Comes from a run of `__main__.py` against the mocks of the unit tests, which takes one second and needs no engine. So
values that Azure makes are the mocks' own; `Declared.labels` names them, so that files are readable and do not change
when a resource moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pulumi

from settings.loader.stack_file import read_sections
from tests.unit.graph import Graph, Registered, join_path, leaves
from tests.unit.outputs import SUBSCRIPTION_ID, TENANT_ID, provider_outputs
from tests.unit.stacks import ANSWERS, PROJECT, build_stack
from tools.inventory.charts import CHART_TYPE, rendered_objects

VARIANTS: Final = PROJECT / "tests" / "golden" / "variants"
"""Stack files that are never deployed: they turn on what the committed stacks leave out."""
_LONGEST_PLAIN: Final = 8
"""Values up to this length could be part of something else, so they get no label."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One resource. `urn` is the part of its URN below stack and project: `type$type::name`."""

    urn: str
    name: str
    type: str
    options: Mapping[str, Any] = field(default_factory=dict)
    inputs: Any = None
    outputs: Any = None
    """What a component registers; `None` for other resources."""


@dataclass(frozen=True, kw_only=True)
class Declared:
    """All that one stack declares. `chart_objects` has the rendered objects by the name of the chart's folder."""

    stack: str
    resources: list[Entry]
    chart_objects: dict[str, list[Entry]]
    calls: list[dict[str, Any]]
    exports: dict[str, Any]
    labels: dict[str, str]
    """Values that the mocks made, and what to call each of them in a file."""


@dataclass(frozen=True)
class Secret:
    """A value that reaches the engine as a secret."""

    value: Any


def stack_files() -> dict[str, Path]:
    """The stacks that have an inventory: the committed ones, and those with choices that none of them makes."""
    committed, variants = (
        {path.name.split(".")[1]: path for path in folder.glob("Pulumi.*.yaml")} for folder in (PROJECT, VARIANTS)
    )
    return dict(sorted(committed.items())) | dict(sorted(variants.items()))


def declare(stack: str) -> Declared:
    """Runs the program for one of `stack_files`."""
    dependencies: dict[tuple[str, str], list[str]] = {}

    def note(arguments: pulumi.ResourceTransformationArgs) -> None:
        dependencies[arguments.type_, arguments.name] = _dependency_names(arguments.opts.depends_on)

    graph = build_stack(read_sections(stack_files()[stack]), stack=stack, note=note)
    return Declared(
        stack=stack,
        resources=[_entry(resource, dependencies) for resource in graph.resources],
        chart_objects={
            Path(resource.inputs["chart"]).name: [
                Entry(
                    urn=f"{_below_project(resource.urn).split('::')[0]}${type}::{name}",
                    name=name,
                    type=type,
                    inputs=item,
                )
                for type, name, item in rendered_objects(resource, PROJECT)
            ]
            for resource in graph.resources
            if resource.type == CHART_TYPE
        },
        calls=[{"function": call.token, "arguments": call.arguments} for call in graph.invokes],
        exports={
            key: Secret(value) if key in graph.secret_exports else value for key, value in sorted(graph.exports.items())
        },
        labels=_labels(graph),
    )


def _dependency_names(depends_on: Any) -> list[str]:
    """The names of the resources that an option names, in its order."""
    items = depends_on if isinstance(depends_on, Iterable) else [depends_on] if depends_on else []
    return [item.pulumi_resource_name if isinstance(item, pulumi.Resource) else "(output)" for item in items]


def _entry(resource: Registered, dependencies: Mapping[tuple[str, str], list[str]]) -> Entry:
    options = {
        "protect": resource.protect,
        "dependsOn": dependencies[resource.type, resource.name],
        "reads": sorted({_name(urn) for urns in resource.property_dependencies.values() for urn in urns}),
        "ignoreChanges": list(resource.ignore_changes),
        "replaceOnChanges": list(resource.replace_on_changes),
        "deleteBeforeReplace": resource.delete_before_replace,
        "retainOnDelete": resource.retain_on_delete,
        "deletedWith": _name(resource.deleted_with),
        "additionalSecretOutputs": list(resource.additional_secret_outputs),
        "customTimeouts": dict(resource.custom_timeouts),
        "import": resource.import_id,
        "provider": _name(resource.provider),
    }
    return Entry(
        urn=_below_project(resource.urn),
        name=resource.name,
        type=resource.type,
        options={key: value for key, value in options.items() if value},
        inputs=_with_secrets(resource.inputs, resource),
        outputs=resource.registered_outputs,
    )


def _below_project(urn: str) -> str:
    return "::".join(urn.split("::")[2:])


def _name(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]


def _with_secrets(value: Any, resource: Registered, path: str = "") -> Any:
    """The inputs with each secret marked as one."""
    if path and path in resource.secrets:
        return Secret(value)
    if isinstance(value, dict):
        return {key: _with_secrets(item, resource, join_path(path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_secrets(item, resource, join_path(path, position)) for position, item in enumerate(value)]
    return value


def _labels(graph: Graph) -> dict[str, str]:
    """Names for the values that Azure would make and those that pulumi-random draws."""
    candidates: dict[str, set[str]] = {}
    for call in graph.invokes:
        arguments = sorted(call.arguments.items())
        name = "/".join(value for key, value in arguments if key.endswith("Name") and key != "resourceGroupName")
        for path, value in leaves(ANSWERS[call.token](call.arguments)):
            candidates.setdefault(str(value), set()).add(f"<{path} of {name}>")
    for resource in graph.resources:
        if resource.custom and resource.type.startswith(("azure-native:", "random:")):
            for path, value in leaves(provider_outputs(resource, SUBSCRIPTION_ID)):
                if path not in ("id", "name"):
                    candidates.setdefault(str(value), set()).add(f"<{path} of {resource.name}>")
    settings = (SUBSCRIPTION_ID, TENANT_ID)
    # The order of calls differs from run to run, so the first label would too.
    made_up = {value: min(found) for value, found in candidates.items() if value not in settings and _is_made_up(value)}
    # The path of the project always has a label, however short it is.
    return {str(PROJECT): "<project>", **made_up}


def _is_made_up(value: str) -> bool:
    """Whether a value is too odd to stand in a file for anything else: a GUID, an address, a password, a path."""
    return len(value) > _LONGEST_PLAIN and any(not character.isalpha() for character in value)
