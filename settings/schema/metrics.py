"""Metrics, traces and scaling: what collects them, where they go, and who scales on them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from settings.schema.types import Section, unique


class MetricsSettings(Section):
    """Where Prometheus metrics go."""

    backend: Literal["managed", "inCluster", "none"] = "managed"
    """`managed`: Azure Monitor for Prometheus and managed Grafana; `inCluster`: Prometheus and Grafana in the cluster,
    with the same rules.
    """
    interval_seconds: Annotated[int, Field(ge=15, le=60)] = 30
    """How often a target is read, seconds; rules look back five minutes and want several readings in them."""
    retention_days: Annotated[int, Field(ge=1, le=90)] = 15
    """How long Prometheus in the cluster keeps metrics, days; Azure Monitor keeps them 18 months."""
    storage_gib: Annotated[int, Field(ge=10, le=4095)] = 64
    """Disk of Prometheus in the cluster, GiB."""


class ScalingSettings(Section):
    """KEDA, which scales workloads on metrics and on the clock."""

    enabled: bool = True
    """The KEDA add-on, with the right to read the region's metrics."""


class TracingSettings(Section):
    """One OpenTelemetry collector for all traces."""

    exporters: Annotated[tuple[Literal["applicationInsights", "jaeger"], ...], AfterValidator(unique)] = (
        "applicationInsights",
    )
    """Where traces go; none switches the collector off. `jaeger` runs Jaeger in the cluster."""
    sample_percent: Annotated[float, Field(gt=0, le=100)] = 10
    """Share of traces that is kept, percent."""
