"""Microsoft.Insights/components: Application Insights on a Log Analytics workspace."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.applicationinsights import components

TYPES: Final = components.TYPES
