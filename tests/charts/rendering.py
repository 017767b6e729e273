"""Renders our charts with real Helm for the Kubernetes version of the stacks."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from azure_rehearsal.kubernetes.cluster import Object
from azure_rehearsal.kubernetes.fake.fake_api_server import FakeApiServer
from azure_rehearsal.kubernetes.fake.store import ObjectStore
from azure_rehearsal.kubernetes.helm_charts import load, render

CHARTS = Path(__file__).parent.parent.parent / "charts"


@dataclass(frozen=True)
class Identity:
    """The identity of the cluster for rendering."""

    creation_id: str = "charts"
    name: str = "charts"
    kubernetes_version: str = "1.36"


@cache
def cluster() -> FakeApiServer:
    """An empty cluster to render for."""
    return FakeApiServer(Identity(), ObjectStore(Path(tempfile.mkdtemp(prefix="charts-"))))


def rendered(chart: str, values: Mapping[str, Any], namespace: str = "voice") -> list[Object]:
    """The objects of a chart, as `helm install <chart> charts/<chart>` creates them. Raises `ChartError`."""
    found = render(load(CHARTS / chart), dict(values), chart, namespace, cluster())
    assert not found.hooks, f"{chart} has hooks"
    assert not found.definitions, f"{chart} has CRDs"
    return found.objects
