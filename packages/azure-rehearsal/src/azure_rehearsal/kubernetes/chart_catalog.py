"""Catalog of third-party charts that cannot be rendered offline: their accepted values and their CRDs.

`charts/<chart>.json` is generated from the chart's own schema or default values; a `.yaml` file is a manual list for a
chart without such a source. The catalog holds only the pinned version of a chart, and nothing about its other objects
(Deployments, ServiceAccounts, webhooks).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import Draft7Validator

from azure_rehearsal.kubernetes.cluster import Object
from azure_rehearsal.kubernetes.crd_catalog import crd_origins, crd_outlines
from azure_rehearsal.kubernetes.fake.store import without_nulls
from azure_rehearsal.kubernetes.helm_charts import RESOURCE_POLICY, Rendered
from azure_rehearsal.kubernetes.schemas import messages, path_of

FOLDER: Final = Path(__file__).with_name("charts")

_KINDS: Final[dict[str, Object]] = {
    "any": {},
    "boolean": {"type": "boolean"},
    "list": {"type": "array"},
    "map": {"type": "object"},
    "scalar": {"type": ["boolean", "number", "string"]},
}
"""The types of a manual list, as JSON Schema. Helm accepts a number where it expects text, and the reverse."""


@dataclass(frozen=True)
class CatalogChart:
    """A third-party chart in its pinned version. `source` is the origin of its list of values."""

    name: str
    version: str
    source: str
    schema: Object

    def version_problem(self, version: str) -> str:
        """Why a version cannot be rehearsed; empty for the pinned version."""
        if version.removeprefix("v") == self.version.removeprefix("v"):
            return ""
        return (
            f"the catalog has version {self.version} of the chart {self.name}, not {version or 'the latest'}. "
            f"Use {self.version}, or regenerate the catalog (`charts/`, `definitions/`) from the other version."
        )

    def value_problems(self, values: Object) -> list[tuple[str, str]]:
        """`(path below values, reason)` of each value that the chart does not accept."""
        found = []
        for error in self._validator.iter_errors(without_nulls(values)):
            found += self._problems(error)
        return sorted(set(found))

    def rendered(self, values: Object) -> Rendered:
        """The CRDs that a release with these values installs."""
        origin = crd_origins().charts.get(self.name)
        if origin is None or not origin.is_installed(values):
            return Rendered()
        items = [item for file in origin.definitions for item in crd_outlines(file)]
        if origin.folder == "crds":
            return Rendered(definitions=items)
        if origin.is_retained(values):
            for item in items:
                item["metadata"]["annotations"][RESOURCE_POLICY] = "keep"
        return Rendered(objects=items)

    @functools.cached_property
    def _validator(self) -> Validator:
        return Draft7Validator(self.schema)

    def _problems(self, error: ValidationError) -> Iterator[tuple[str, str]]:
        here = path_of(error.absolute_path)
        if error.validator != "additionalProperties":
            yield from ((here, line.partition(": ")[2]) for line in messages([error]))
            return
        known = sorted(error.schema["properties"])  # ty: ignore
        location = here.removeprefix(".") or "the top level"
        allowed = f"{location} accepts {', '.join(known)} ({self.source})"
        for name in sorted(set(error.instance) - set(known)):
            yield f"{here}.{name}", f"the chart {self.name} {self.version} has no value {name}; {allowed}"


def find_chart(chart: str) -> CatalogChart | None:
    """Finds a chart by its name or its `oci://` address; `None` for a chart that is not in the catalog."""
    return _chart(chart.rpartition("/")[2])


@functools.cache
def _chart(name: str) -> CatalogChart | None:
    if (generated := FOLDER / f"{name}.json").is_file():
        content: dict[str, Any] = json.loads(generated.read_text())
    elif (by_hand := FOLDER / f"{name}.yaml").is_file():
        content = yaml.safe_load(by_hand.read_text())
    else:
        return None
    schema = content["schema"] if "schema" in content else _schema(content["keys"])
    return CatalogChart(content["chart"], content["chartVersion"], content["source"], schema)


def _schema(keys: Object) -> Object:
    """Converts a manual list of keys to JSON Schema."""
    properties = {name: _schema(kind) if isinstance(kind, dict) else _KINDS[kind] for name, kind in keys.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False}
