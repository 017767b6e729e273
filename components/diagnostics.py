"""Diagnostic settings: the destination of a resource's logs and metrics."""

from __future__ import annotations

from collections.abc import Collection

import pulumi
from pulumi_azure_native import monitor

from components.scope import Scope
from model.log_categories import LogSource, enabled_categories

SETTING_NAME = "to-workspace"


def diagnose(
    name: str,
    resource_id: pulumi.Input[str],
    workspace_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    *,
    scope: Scope | None = None,
    source: LogSource | None = None,
    without: Collection[str] = (),
    metrics: bool = True,
) -> None:
    """Sends a resource's metrics to the region's workspace, and its logs.

    `source` is for types with log categories that the stack can turn off, with the `scope` that names those that are
    off; other types send all logs. `without` lists categories that this resource never sends. `metrics=False` is for
    types without metrics. If neither remains, there is no setting. The component that owns the resource also owns the
    setting, so that both are deleted together: Azure keeps settings of deleted resources, and they conflict when the
    resource returns.
    """
    off = {*(scope.logs_off if scope is not None else ()), *without}
    chosen = enabled_categories(source, off) if source is not None else None
    if chosen is None:
        logs = [monitor.DiagnosticsLogSettingsArgs(category_group="allLogs", enabled=True)]
    else:
        logs = [monitor.DiagnosticsLogSettingsArgs(category=category, enabled=True) for category in chosen]
    if not logs and not metrics:
        return
    monitor.DiagnosticSetting(
        name,
        name=SETTING_NAME,
        resource_uri=resource_id,
        workspace_id=workspace_id,
        # Separate tables: retention is a property of a table.
        log_analytics_destination_type="Dedicated",
        logs=logs or None,
        metrics=[monitor.DiagnosticsMetricSettingsArgs(category="AllMetrics", enabled=True)] if metrics else None,
        opts=opts,
    )
