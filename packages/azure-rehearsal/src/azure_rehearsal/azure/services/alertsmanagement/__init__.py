"""Microsoft.AlertsManagement: rule groups of managed Prometheus."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.alertsmanagement import rule_groups

TYPES: Final = rule_groups.TYPES
