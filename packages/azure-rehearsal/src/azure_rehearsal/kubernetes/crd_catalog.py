"""Catalog of CustomResourceDefinitions, and which AKS add-on or chart installs each of them.

`definitions/*.json` are generated from pinned versions and name their generator; `definitions/origins.yaml` maps
add-ons and charts to these files. A cluster stores such a CRD as an outline without schemas; the schemas are read from
the file when the first object of the kind is validated. The files include CEL rules (`x-kubernetes-validations`), which
are not evaluated.
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
OUTLINE_ANNOTATION: Final = "azure-rehearsal/definitions"
"""Annotation of an outline: the file with the full CRD."""

_ANYTHING: Final = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Addon(_Data):
    """An AKS add-on: installed where the ManagedCluster's property at `path` has `value`."""

    name: str
    path: str
    value: bool | str = Field(alias="is")
    definitions: str

    def is_on(self, cluster: Mapping[str, Any]) -> bool:
        """Whether a ManagedCluster with these properties has the add-on."""
        found: Any = cluster
        for name in self.path.split("."):
            found = _folded_get(found, name) if isinstance(found, Mapping) else None
        return _folded(found) == _folded(self.value)

    @property
    def install_hint(self) -> str:
        value = str(self.value).lower() if isinstance(self.value, bool) else self.value
        return f"Enable {self.name}, with which AKS installs it: set {self.path} of the ManagedCluster to {value}."


class ChartOrigin(_Data):
    """How a third-party chart installs CRDs; see `definitions/origins.yaml`."""

    definitions: tuple[str, ...]
    folder: str = Field(pattern="^(crds|templates)$")
    when: dict[str, bool] = {}
    kept: dict[str, bool] = {}

    def is_installed(self, values: Object) -> bool:
        return not self.when or _any(values, self.when)

    def is_retained(self, values: Object) -> bool:
        """Whether the CRDs remain after the release is uninstalled."""
        return _any(values, self.kept)


class Origins(_Data):
    """The content of `definitions/origins.yaml`."""

    addons: tuple[Addon, ...]
    charts: dict[str, ChartOrigin]


@functools.cache
def crd_origins() -> Origins:
    return Origins.model_validate(yaml.safe_load((FOLDER / "origins.yaml").read_text()))


def addon_crd_files(cluster: Mapping[str, Any] | None) -> frozenset[str]:
    """The files of CRDs that AKS installs in a cluster; every such file when the properties are unknown (`None`)."""
    return frozenset(addon.definitions for addon in crd_origins().addons if cluster is None or addon.is_on(cluster))


@functools.cache
def crds_in(file: str) -> dict[str, Object]:
    """The full CRDs of a file, by name. Do not modify them: all clusters share them."""
    content = json.loads((FOLDER / f"{file}.json").read_text())
    return {item["metadata"]["name"]: item for item in content["definitions"]}


def crd_outlines(file: str) -> list[Object]:
    """The CRDs of a file without their schemas, as a cluster stores them."""
    return [_outline(item, file) for item in crds_in(file).values()]


def with_schemas(definition: Object) -> Object:
    """A CRD with its schemas, resolved from the catalog if it is an outline."""
    name, file = (
        definition["metadata"]["name"],
        (definition["metadata"].get("annotations") or {}).get(OUTLINE_ANNOTATION),
    )
    if file is None:
        return definition
    if not (FOLDER / f"{file}.json").is_file() or name not in crds_in(file):
        raise Refused(
            "UnknownDefinition",
            f"{name} is stored as an outline of {file}, which no longer contains it",
            "Destroy the stack with the version of azure-rehearsal that deployed it, or delete the state directory.",
        )
    return crds_in(file)[name]


def install_hint(group: str, kind: str) -> str:
    """How to install a kind; empty when the catalog has no kind of its group."""
    candidates = [(addon.definitions, addon.install_hint) for addon in crd_origins().addons]
    for chart, origin in crd_origins().charts.items():
        condition = f" if its value {' or '.join(origin.when)} is true" if origin.when else ""
        advice = f"Make the resource depend on the release of the chart {chart}, which installs it{condition}."
        candidates += [(file, advice) for file in origin.definitions]
    known: set[str] = set()
    for file, advice in candidates:
        kinds = {spec["names"]["kind"] for item in crds_in(file).values() if (spec := item["spec"])["group"] == group}
        if kind in kinds:
            return advice
        known |= kinds
    if not known:
        return ""
    return (
        f"Use one of the kinds of {group} in the catalog ({', '.join(sorted(known))}), or add the kind to the catalog."
    )


def _outline(item: Object, file: str) -> Object:
    versions = [{**version, "schema": {"openAPIV3Schema": _ANYTHING}} for version in item["spec"]["versions"]]
    metadata = {**item["metadata"], "annotations": {OUTLINE_ANNOTATION: file}}
    return {**item, "metadata": metadata, "spec": {**item["spec"], "versions": versions}}


def _any(values: Object, switches: Mapping[str, bool]) -> bool:
    """Whether one of a chart's boolean values is true, explicitly or by default."""
    return any(default if (value := _at(values, path)) is None else bool(value) for path, default in switches.items())


def _at(content: Any, path: str) -> Any:
    for name in path.split("."):
        content = content.get(name) if isinstance(content, Mapping) else None
    return content


def _folded_get(content: Mapping[str, Any], name: str) -> Any:
    return next((value for key, value in content.items() if _folded(key) == _folded(name)), None)


def _folded(value: Any) -> Any:
    """A value in the form in which Azure compares it."""
    return value.lower() if isinstance(value, str) else value
