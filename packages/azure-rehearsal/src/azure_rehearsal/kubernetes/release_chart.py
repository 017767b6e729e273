"""The chart of a Helm release, as far as it is available offline.

A chart on this machine is rendered. For a chart in the catalog (`chart_catalog`) the values are checked and its CRDs
are installed. Any other third-party chart accepts all values and installs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import helm_python

from azure_rehearsal.kubernetes.chart_catalog import CatalogChart, find_chart
from azure_rehearsal.kubernetes.cluster import Cluster, Object
from azure_rehearsal.kubernetes.helm_charts import ChartError, Rendered, load, local_path, merged_values, render
from azure_rehearsal.protocol.provider import CheckFailure


@dataclass(frozen=True)
class ReleaseChart:
    """One chart with the values of one release."""

    details: Object
    """The content of its Chart.yaml; only name and version for a third-party chart."""
    values: Object
    _local: helm_python.Chart | None = None
    _catalog: CatalogChart | None = None

    @classmethod
    def of(cls, inputs: Object, directory: Path, update_dependencies: bool = False) -> ReleaseChart:
        """The chart of a release's inputs. Raises `ChartError` when it cannot be loaded or has no version."""
        values = merged_values(inputs, directory)
        path = local_path(inputs["chart"], directory)
        if path is not None:
            chart = load(path, update_dependencies)
            return cls(chart.metadata, values, _local=chart)
        if not inputs.get("version"):
            raise ChartError(
                f'the chart "{inputs["chart"]}" is not on this machine and has no version.',
                "Set `version`: without it Helm installs the latest one, which cannot be rehearsed.",
            )
        details = {"name": inputs["chart"].rpartition("/")[2], "version": inputs["version"]}
        return cls(details, values, _catalog=find_chart(inputs["chart"]))

    @property
    def version(self) -> str:
        return self.details["version"]

    def problems(self) -> list[CheckFailure]:
        """The errors in a third-party chart's version or values. A local chart is checked when it is rendered."""
        if self._catalog is None:
            return []
        if reason := self._catalog.version_problem(self.version):
            return [CheckFailure("version", reason)]
        return [CheckFailure(f"values{path}", reason) for path, reason in self._catalog.value_problems(self.values)]

    def rendered(self, cluster: Cluster, inputs: Object, revision: int) -> Rendered:
        """The objects of an installation (`revision` 1) or an upgrade. Raises `ChartError`."""
        if self._local is not None:
            return render(self._local, self.values, inputs["name"], inputs["namespace"], cluster, revision)
        return self._catalog.rendered(self.values) if self._catalog else Rendered()
