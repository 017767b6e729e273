"""What a dashboard is, and how Grafana wants it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

COLUMNS: Final = 24
"""Width of Grafana's grid."""
SCHEMA: Final = 41
"""Version of Grafana's model of dashboards; newer Grafanas bring it to theirs."""
DATA_SOURCE: Final = "${source}"
"""The data source that the reader chose."""
PROMETHEUS: Final = "prometheus"
"""Type of data source of a Prometheus without Azure's sign-in."""
SIDECAR_LABEL: Final = "grafana_dashboard"
"""Label, with value 1, by which Grafana in the cluster finds ConfigMaps with dashboards."""


@dataclass(frozen=True)
class Query:
    """One set of lines. `legend` names each by its labels: `{{pod}}`."""

    expression: str
    legend: str = ""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A graph, or with `number` the newest value in large. `unit` is Grafana's word for it."""

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
    """Some panels, in reading order; numbers come first. `uid` is its address for ever."""

    uid: str
    title: str
    panels: tuple[Panel, ...]


def grafana_model(dashboard: Dashboard, source_type: str = PROMETHEUS) -> dict[str, Any]:
    """A dashboard as Grafana takes it. `source_type` is the plugin of the data sources that the reader chooses from."""
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
    """Panels from left to right; a row is as high as its first."""
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
