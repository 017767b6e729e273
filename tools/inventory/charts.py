"""The objects of our charts: what the kubernetes provider registers below a `helm.v4.Chart`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from azure_rehearsal.kubernetes.cluster import Object, Scope
from azure_rehearsal.kubernetes.helm_charts import load, merged_values, render
from azure_rehearsal.kubernetes.objects import type_token
from tests.charts.rendering import cluster
from tests.unit.graph import Registered

CHART_TYPE: Final = "kubernetes:helm.sh/v4:Chart"


def rendered_objects(chart: Registered, project: Path) -> Iterator[tuple[str, str, Object]]:
    """Type token, logical name and inputs of every object, as the provider registers them."""
    inputs = chart.inputs
    namespace = inputs["namespace"]
    found = render(
        load(project / inputs["chart"]), merged_values(inputs, project), inputs["name"], namespace, cluster()
    )
    for item in [*found.definitions, *found.objects]:
        metadata = item["metadata"]
        if not metadata.get("namespace") and cluster().scope(item["apiVersion"], item["kind"]) is Scope.NAMESPACED:
            metadata["namespace"] = namespace
        place = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
        yield type_token(item["apiVersion"], item["kind"]), f"{chart.name}:{place}{metadata['name']}", item
