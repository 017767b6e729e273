"""Tokens, id template and limits that workspaces and tables share."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import Limit

WORKSPACE: Final = "azure-native:operationalinsights:Workspace"
TABLE: Final = "azure-native:operationalinsights:Table"
PATH: Final = arm_ids.provider_id("Microsoft.OperationalInsights/workspaces", "workspaceName")
DEFAULT_DAYS: Final = 30
WORKSPACE_NAME: Final = Limit(min_length=4, max_length=63, pattern=r"^[A-Za-z0-9][A-Za-z0-9-]+[A-Za-z0-9]$")
