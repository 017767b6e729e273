"""Diagnostic settings: the destination of a resource's logs and metrics."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_azure_native import monitor

SETTING_NAME = "to-workspace"


def diagnose(
    name: str,
    resource_id: pulumi.Input[str],
    workspace_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    *,
    categories: Sequence[str] = (),
    metrics: bool = True,
) -> monitor.DiagnosticSetting:
    """Sends a resource's metrics to the region's workspace, and its logs: all, or only the `categories`.

    `metrics=False` is for types without metrics. The component that owns the resource also owns the setting, so that
    both are deleted together: Azure keeps settings of deleted resources, and they conflict when the resource returns.
    """
    chosen = [monitor.DiagnosticsLogSettingsArgs(category=category, enabled=True) for category in categories]
    everything = [monitor.DiagnosticsLogSettingsArgs(category_group="allLogs", enabled=True)]
    return monitor.DiagnosticSetting(
        name,
        name=SETTING_NAME,
        resource_uri=resource_id,
        workspace_id=workspace_id,
        # Separate tables: retention is a property of a table.
        log_analytics_destination_type="Dedicated",
        logs=chosen or everything,
        metrics=[monitor.DiagnosticsMetricSettingsArgs(category="AllMetrics", enabled=True)] if metrics else None,
        opts=opts,
    )
