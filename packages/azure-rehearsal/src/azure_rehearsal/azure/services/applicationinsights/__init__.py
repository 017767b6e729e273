"""Microsoft.Insights/components: Application Insights."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.applicationinsights import component

TYPES: Final = (component.TYPE,)
