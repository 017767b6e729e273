"""Metrics, traces and scaling: collection, storage and use."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from settings.schema.types import Section, unique


class MetricsSettings(Section):
    """Storage of Prometheus metrics."""

    backend: Literal["managed", "inCluster", "none"] = "managed"
    """`managed`: Azure Monitor for Prometheus and managed Grafana; `inCluster`: Prometheus and Grafana in the cluster,
    with the same rules; `none`: no metrics.
    """
    interval_seconds: Annotated[int, Field(ge=15, le=60)] = 30
    """Scrape interval, seconds. Rules need several samples within five minutes."""
    retention_days: Annotated[int, Field(ge=1, le=90)] = 15
    """Retention of metrics in Prometheus in the cluster, days. Azure Monitor retains them for 18 months."""
    storage_gib: Annotated[int, Field(ge=10, le=4095)] = 64
    """Disk size of Prometheus in the cluster, GiB."""


class ScalingSettings(Section):
    """KEDA, which scales workloads on metrics and on schedules."""

    enabled: bool = True
    """Enables the KEDA add-on and gives it access to the region's metrics."""


class TracingSettings(Section):
    """The OpenTelemetry collector for all traces."""

    exporters: Annotated[tuple[Literal["applicationInsights", "jaeger"], ...], AfterValidator(unique)] = (
        "applicationInsights",
    )
    """Destinations of traces. An empty list disables the collector. `jaeger` runs Jaeger in the cluster."""
    sample_percent: Annotated[float, Field(gt=0, le=100)] = 10
    """Share of traces that the collector keeps, percent."""
