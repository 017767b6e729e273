"""Microsoft.Cache/redisEnterprise: Azure Managed Redis instances, databases, access policy assignments."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.redisenterprise import access_policy_assignment, database, redis_enterprise

TYPES: Final = (
    redis_enterprise.TYPE,
    database.TYPE,
    access_policy_assignment.TYPE,
)
FUNCTIONS: Final = database.FUNCTIONS
