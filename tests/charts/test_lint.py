"""`helm lint` on every chart with every committed set of values."""

from __future__ import annotations

import shutil
from pathlib import Path

import helm_python
import pytest

from tests.charts.rendering import CHARTS
from tests.charts.workloads import WORKLOADS, Workload, kinds_of_values, values_of

WARNING = 2
CASES = [(workload, kind) for workload in WORKLOADS for kind in kinds_of_values(workload)]


def unlinked(chart: str, folder: Path) -> Path:
    """A copy of the chart without symbolic links, because Helm logs each of them to stderr."""
    return shutil.copytree(CHARTS / chart, folder / chart)


@pytest.mark.parametrize(("workload", "kind"), CASES, ids=lambda item: item if isinstance(item, str) else item.chart)
def test_helm_lint_reports_nothing(workload: Workload, kind: str, tmp_path: Path) -> None:
    report = helm_python.lint(unlinked(workload.chart, tmp_path), values=values_of(workload.chart, kind))
    assert report["total_charts_linted"] == 1
    assert report["errors"] == []
    assert [message for message in report["messages"] if message["severity"] >= WARNING] == []
