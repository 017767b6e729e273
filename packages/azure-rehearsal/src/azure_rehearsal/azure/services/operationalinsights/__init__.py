"""Microsoft.OperationalInsights: Log Analytics workspaces and their tables."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.operationalinsights import table, workspace

TYPES: Final = (
    workspace.TYPE,
    table.TYPE,
)
