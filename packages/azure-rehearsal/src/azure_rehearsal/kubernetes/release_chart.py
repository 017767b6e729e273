"""The chart of a Helm release, as far as a rehearsal has it.

A chart on this machine is rendered. Of a third-party chart that is known here (`known_charts`) the values are checked
and the definitions are brought. Any other chart, which would have to be fetched, brings nothing and takes all values.
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
    """What its Chart.yaml says; name and version only for a chart that is not on this machine."""
    values: Object
    _local: helm_python.Chart | None = None
    _known: CatalogChart | None = None

    @classmethod
    def of(cls, inputs: Object, directory: Path, update_dependencies: bool = False) -> ReleaseChart:
        """The chart of a release's inputs. Raises `ChartError` where none can be had or its version is open."""
        values = merged_values(inputs, directory)
        path = local_path(inputs["chart"], directory)
        if path is not None:
            chart = load(path, update_dependencies)
            return cls(chart.metadata, values, _local=chart)
        if not inputs.get("version"):
            raise ChartError(
                f'the chart "{inputs["chart"]}" is not on this machine, and no version of it is named.',
                "Set version: without it the newest one is installed, which nobody can rehearse.",
            )
        details = {"name": inputs["chart"].rpartition("/")[2], "version": inputs["version"]}
        return cls(details, values, _known=find_chart(inputs["chart"]))

    @property
    def version(self) -> str:
        return self.details["version"]

    def problems(self) -> list[CheckFailure]:
        """What is wrong with a third-party chart's version or values; a local chart tells when it is rendered."""
        if self._known is None:
            return []
        if reason := self._known.version_problem(self.version):
            return [CheckFailure("version", reason)]
        return [CheckFailure(f"values{path}", reason) for path, reason in self._known.value_problems(self.values)]

    def rendered(self, cluster: Cluster, inputs: Object, revision: int) -> Rendered:
        """What an installation (`revision` 1) or an upgrade puts into the cluster. Raises `ChartError`."""
        if self._local is not None:
            return render(self._local, self.values, inputs["name"], inputs["namespace"], cluster, revision)
        return self._known.rendered(self.values) if self._known else Rendered()
