"""The charges for logs, metrics and alerts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azure_rehearsal.reports.price_table import Charge, NoPriceError, PriceTable
from azure_rehearsal.reports.recording_graph import Graph, Resource, number

_RETENTION_INCLUDED_DAYS: Final = 31
_LOG_ALERTS: Final = {
    "PT1M": "log-alert-1-minute",
    "PT5M": "log-alert-5-minutes",
    "PT10M": "log-alert-10-minutes",
    "PT15M": "log-alert-15-minutes",
}


def workspace(workspace: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    """Logs of an assumed size, limited by the daily cap, and their retention beyond the included days."""
    cap = number(workspace.value("workspaceCapping.dailyQuotaGb"), -1)
    maximum = cap if cap > 0 else None
    days = table.days_per_month
    yield table.assumed("logs", "log-analytics", "logAnalyticsGbPerDay", days, maximum)
    kept = number(workspace.value("retentionInDays"), 0) - _RETENTION_INCLUDED_DAYS
    if kept > 0:
        yield table.assumed(
            f"retention beyond {_RETENTION_INCLUDED_DAYS} days",
            "log-analytics-retention",
            "logAnalyticsGbPerDay",
            kept,
            maximum,
        )


def application_insights(application: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    days = table.days_per_month
    yield table.assumed("traces", "application-insights", "applicationInsightsGbPerDay", days)


def metrics_workspace(workspace: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    yield table.assumed("samples", "prometheus-samples", "prometheusMillionSamples")


def grafana(instance: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    sku = instance.value("sku.name")
    if sku != "Standard":
        raise NoPriceError(f"no price for Grafana of SKU {sku!r} (known: Standard)")
    yield table.hourly("instance", "grafana")
    yield table.assumed("users", "grafana-user", "grafanaUsers")


def metric_alert(alert: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    """One time series for each condition and scope. Dimensions, which add more, are not counted."""
    series = len(alert.values("criteria.allOf") or [1]) * len(alert.values("scopes") or [1])
    yield table.monthly(f"{series} time series", "metric-alert", series)


def log_alert(alert: Resource, graph: Graph, table: PriceTable) -> Iterator[Charge]:
    frequency = str(alert.value("evaluationFrequency"))
    if frequency not in _LOG_ALERTS:
        raise NoPriceError(f"no price for a log alert every {frequency} (known: {', '.join(_LOG_ALERTS)})")
    yield table.monthly(f"evaluated every {frequency}", _LOG_ALERTS[frequency])
