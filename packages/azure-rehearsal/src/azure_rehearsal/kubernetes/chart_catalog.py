"""Third-party charts that cannot be rendered here: which values they take, and which definitions they bring.

`charts/<chart>.json` is written by `tools/definitions.py` from the chart's own schema or default values; `.yaml` is a
list by hand for a chart that cannot be had that way. Only the pinned version of a chart is known. What else a chart
makes (Deployments, ServiceAccounts, webhooks) is not.
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
"""The words of a list of keys, as JSON Schema. Helm takes a number for a text, and a text for a number."""


@dataclass(frozen=True)
class CatalogChart:
    """A third-party chart in its pinned version. `source` is where its values were read."""

    name: str
    version: str
    source: str
    schema: Object

    def version_problem(self, version: str) -> str:
        """Why a version cannot be rehearsed; empty for the pinned one."""
        if version.removeprefix("v") == self.version.removeprefix("v"):
            return ""
        return (
            f"the chart {self.name} is known in version {self.version}, not in {version or 'whichever is newest'}. "
            "Take that one; or change it in settings/charts.py and tools/definitions.yaml, and run make definitions."
        )

    def value_problems(self, values: Object) -> list[tuple[str, str]]:
        """`(path below values, reason)` of each value that the chart does not take."""
        found = []
        for error in self._validator.iter_errors(without_nulls(values)):
            found += self._problems(error)
        return sorted(set(found))

    def rendered(self, values: Object) -> Rendered:
        """The definitions that a release with these values brings."""
        origin = crd_origins().charts.get(self.name)
        if origin is None or not origin.is_brought(values):
            return Rendered()
        items = [item for file in origin.definitions for item in crd_outlines(file)]
        if origin.folder == "crds":
            return Rendered(definitions=items)
        if origin.is_kept(values):
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
        place = here.removeprefix(".") or "the top"
        says = f"at {place} it takes {', '.join(known)} ({self.source})"
        for name in sorted(set(error.instance) - set(known)):
            yield f"{here}.{name}", f"the chart {self.name} {self.version} takes no {name}; {says}"


def find_chart(chart: str) -> CatalogChart | None:
    """A chart by its name or its `oci://` address; `None` for one that nothing is known of."""
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
    """A list of keys as JSON Schema."""
    properties = {name: _schema(kind) if isinstance(kind, dict) else _KINDS[kind] for name, kind in keys.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False}
