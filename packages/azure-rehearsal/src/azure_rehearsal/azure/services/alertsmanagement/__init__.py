"""Microsoft.AlertsManagement: rule groups of managed Prometheus."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.alertsmanagement import prometheus_rule_group

TYPES: Final = (prometheus_rule_group.TYPE,)
