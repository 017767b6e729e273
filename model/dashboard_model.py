"""Dashboards and their form in Grafana."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

COLUMNS: Final = 24
"""Width of Grafana's grid."""
SCHEMA: Final = 41
"""Version of Grafana's dashboard model; newer versions of Grafana migrate it."""
DATA_SOURCE: Final = "${source}"
"""The data source that the reader selects."""
PROMETHEUS: Final = "prometheus"
"""Type of the data source for a Prometheus without Azure authentication."""
SIDECAR_LABEL: Final = "grafana_dashboard"
"""Label (value 1) by which Grafana in the cluster finds ConfigMaps with dashboards."""


@dataclass(frozen=True)
class Query:
    """One set of lines. `legend` names each line by its labels: `{{pod}}`."""

    expression: str
    legend: str = ""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A graph, or with `number` the latest value. `unit` is a unit id of Grafana."""

    title: str
    queries: tuple[Query, ...]
    unit: str = "short"
    description: str = ""
    number: bool = False

    @property
    def width(self) -> int:
        return COLUMNS // 4 if self.number else COLUMNS // 2

    @property
    def height(self) -> int:
        return 4 if self.number else 8


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """Panels in reading order, numbers first. `uid` is the permanent address of the dashboard."""

    uid: str
    title: str
    panels: tuple[Panel, ...]


def grafana_model(dashboard: Dashboard, source_type: str = PROMETHEUS) -> dict[str, Any]:
    """Returns a dashboard in Grafana's form. `source_type` is the plugin of its selectable data sources."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "tags": ["voice"],
        "editable": False,
        "graphTooltip": 1,
        "refresh": "1m",
        "schemaVersion": SCHEMA,
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": [{"name": "source", "label": "Region", "type": "datasource", "query": source_type}]},
        "panels": list(_placed(dashboard.panels, source_type)),
    }


def _placed(panels: tuple[Panel, ...], source_type: str) -> Iterator[dict[str, Any]]:
    """Places panels from left to right. The first panel of a row sets its height."""
    x = y = height = 0
    for number, panel in enumerate(panels, start=1):
        if x + panel.width > COLUMNS or (x and panel.height != height):
            x, y = 0, y + height
        height = panel.height
        source = {"type": source_type, "uid": DATA_SOURCE}
        yield {
            "id": number,
            "type": "stat" if panel.number else "timeseries",
            "title": panel.title,
            "description": panel.description,
            "datasource": source,
            "gridPos": {"x": x, "y": y, "w": panel.width, "h": panel.height},
            "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
            "targets": [
                {
                    "refId": chr(ord("A") + place),
                    "datasource": source,
                    "expr": query.expression,
                    "legendFormat": query.legend,
                }
                for place, query in enumerate(panel.queries)
            ],
        }
        x += panel.width
