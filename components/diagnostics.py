"""Where a resource's logs and metrics go."""

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

    `metrics=False` is for types that have none. The setting is a child of the component that owns the resource, so
    that it goes with it: Azure keeps settings of deleted resources, and they clash when the resource is made again.
    """
    chosen = [monitor.DiagnosticsLogSettingsArgs(category=category, enabled=True) for category in categories]
    everything = [monitor.DiagnosticsLogSettingsArgs(category_group="allLogs", enabled=True)]
    return monitor.DiagnosticSetting(
        name,
        name=SETTING_NAME,
        resource_uri=resource_id,
        workspace_id=workspace_id,
        # Tables of their own: retention is set by table.
        log_analytics_destination_type="Dedicated",
        logs=chosen or everything,
        metrics=[monitor.DiagnosticsMetricSettingsArgs(category="AllMetrics", enabled=True)] if metrics else None,
        opts=opts,
    )
