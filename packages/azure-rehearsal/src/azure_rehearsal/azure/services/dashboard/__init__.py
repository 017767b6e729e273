"""Microsoft.Dashboard: Azure Managed Grafana."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.dashboard import grafana

TYPES: Final = (grafana.TYPE,)
