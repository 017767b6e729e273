"""Microsoft.Cache/redisEnterprise: Azure Managed Redis, its database and who may use it."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.redisenterprise import clusters

TYPES: Final = clusters.TYPES
FUNCTIONS: Final = clusters.FUNCTIONS
