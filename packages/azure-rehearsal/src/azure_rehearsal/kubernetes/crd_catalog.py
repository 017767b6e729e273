"""The CustomResourceDefinitions that a rehearsal knows by itself, and who brings them into a cluster.

`definitions/*.json` are written by `tools/definitions.py`, from pinned versions; `definitions/origins.yaml` says which
add-on of AKS or which chart brings what. A cluster keeps such a definition as an outline, without its schemas: these
are read from the file when the first object of the kind is validated.

Rules in CEL (`x-kubernetes-validations`) are in the files and not evaluated.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field

from azure_rehearsal.kubernetes.cluster import Object
from azure_rehearsal.protocol.provider import Refused

FOLDER: Final = Path(__file__).with_name("definitions")
OUTLINE_ANNOTATION: Final = "rehearsal.voice.platform/definitions"
"""Annotation of an outline: the file that has the with_schemas definition."""

_ANYTHING: Final = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Addon(_Data):
    """Something that AKS installs where a property of the ManagedCluster, at `path`, has a value."""

    name: str
    path: str
    value: bool | str = Field(alias="is")
    definitions: str

    def is_on(self, cluster: Mapping[str, Any]) -> bool:
        """Whether a ManagedCluster with these properties has it."""
        found: Any = cluster
        for name in self.path.split("."):
            found = _folded_get(found, name) if isinstance(found, Mapping) else None
        return _folded(found) == _folded(self.value)

    @property
    def install_hint(self) -> str:
        value = str(self.value).lower() if isinstance(self.value, bool) else self.value
        return f"AKS brings it with its {self.name}: {self.path} of the ManagedCluster must be {value}."


class ChartOrigin(_Data):
    """How a third-party chart brings definitions: see `definitions/origins.yaml`."""

    definitions: tuple[str, ...]
    folder: str = Field(pattern="^(crds|templates)$")
    when: dict[str, bool] = {}
    kept: dict[str, bool] = {}

    def is_brought(self, values: Object) -> bool:
        return not self.when or _any(values, self.when)

    def is_kept(self, values: Object) -> bool:
        """Whether the definitions outlive the release."""
        return _any(values, self.kept)


class Origins(_Data):
    """All of `definitions/origins.yaml`."""

    addons: tuple[Addon, ...]
    charts: dict[str, ChartOrigin]


@functools.cache
def crd_origins() -> Origins:
    return Origins.model_validate(yaml.safe_load((FOLDER / "origins.yaml").read_text()))


def addon_crd_files(cluster: Mapping[str, Any] | None) -> frozenset[str]:
    """The files of definitions that AKS brings to a cluster; all that it can bring where nothing is known of it."""
    return frozenset(addon.definitions for addon in crd_origins().addons if cluster is None or addon.is_on(cluster))


@functools.cache
def crds_in(file: str) -> dict[str, Object]:
    """The with_schemas definitions of a file, by name. Not to be changed: all clusters share them."""
    content = json.loads((FOLDER / f"{file}.json").read_text())
    return {item["metadata"]["name"]: item for item in content["definitions"]}


def crd_outlines(file: str) -> list[Object]:
    """The definitions of a file without their schemas, as a cluster keeps them."""
    return [_outline(item, file) for item in crds_in(file).values()]


def with_schemas(definition: Object) -> Object:
    """A definition with its schemas, whether it is kept as an outline or was given with them."""
    name, file = (
        definition["metadata"]["name"],
        (definition["metadata"].get("annotations") or {}).get(OUTLINE_ANNOTATION),
    )
    if file is None:
        return definition
    if not (FOLDER / f"{file}.json").is_file() or name not in crds_in(file):
        raise Refused(
            "UnknownDefinition",
            f"{name} was recorded from {file}, in which it is no more",
            "Destroy the rehearsed stack with the version that deployed it, or begin anew with make clean.",
        )
    return crds_in(file)[name]


def install_hint(group: str, kind: str) -> str:
    """Who brings a kind into a cluster, as advice; empty where nobody that is known here has anything of its group."""
    brought = [(addon.definitions, addon.install_hint) for addon in crd_origins().addons]
    for chart, origin in crd_origins().charts.items():
        condition = f" where its value {' or '.join(origin.when)} is true" if origin.when else ""
        advice = f"The chart {chart} brings it{condition}: let the resource depend on the chart's release."
        brought += [(file, advice) for file in origin.definitions]
    known: set[str] = set()
    for file, advice in brought:
        kinds = {spec["names"]["kind"] for item in crds_in(file).values() if (spec := item["spec"])["group"] == group}
        if kind in kinds:
            return advice
        known |= kinds
    if not known:
        return ""
    return f"A rehearsal knows of {group} only {', '.join(sorted(known))}; tools/definitions.yaml says which to keep."


def _outline(item: Object, file: str) -> Object:
    versions = [{**version, "schema": {"openAPIV3Schema": _ANYTHING}} for version in item["spec"]["versions"]]
    metadata = {**item["metadata"], "annotations": {OUTLINE_ANNOTATION: file}}
    return {**item, "metadata": metadata, "spec": {**item["spec"], "versions": versions}}


def _any(values: Object, switches: Mapping[str, bool]) -> bool:
    """Whether one of a chart's switches is on, in these values or by default."""
    return any(default if (said := _at(values, path)) is None else bool(said) for path, default in switches.items())


def _at(content: Any, path: str) -> Any:
    for name in path.split("."):
        content = content.get(name) if isinstance(content, Mapping) else None
    return content


def _folded_get(content: Mapping[str, Any], name: str) -> Any:
    return next((value for key, value in content.items() if _folded(key) == _folded(name)), None)


def _folded(value: Any) -> Any:
    """A value as Azure compares it."""
    return value.lower() if isinstance(value, str) else value
