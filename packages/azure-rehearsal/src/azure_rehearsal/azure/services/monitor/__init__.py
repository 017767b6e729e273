"""Microsoft.Monitor and Microsoft.Insights: metrics workspaces, data collection, diagnostic settings, alerts."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.monitor import (
    action_group,
    azure_monitor_workspace,
    data_collection_endpoint,
    data_collection_rule,
    data_collection_rule_association,
    diagnostic_setting,
    metric_alert,
)

TYPES: Final = (
    azure_monitor_workspace.TYPE,
    data_collection_endpoint.TYPE,
    data_collection_rule.TYPE,
    data_collection_rule_association.TYPE,
    diagnostic_setting.TYPE,
    action_group.TYPE,
    metric_alert.TYPE,
)
