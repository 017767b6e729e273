"""Microsoft.Monitor and Microsoft.Insights: metrics workspaces, data collection, diagnostic settings, alerts."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.monitor import alerts, collection, diagnostics, rules_of_collection, workspaces

TYPES: Final = (
    *workspaces.TYPES,
    *collection.TYPES,
    *rules_of_collection.TYPES,
    *diagnostics.TYPES,
    *alerts.TYPES,
)
