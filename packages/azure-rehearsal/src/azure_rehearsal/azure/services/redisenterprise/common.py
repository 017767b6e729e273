"""Tokens, id templates and constants that the types of Azure Managed Redis share."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import Limit
from azure_rehearsal.protocol.provider import Refused

CLUSTER: Final = "azure-native:redisenterprise:RedisEnterprise"
DATABASE: Final = "azure-native:redisenterprise:Database"
PATH: Final = arm_ids.provider_id("Microsoft.Cache/redisEnterprise", "clusterName")
DATABASE_PATH: Final = f"{PATH}/databases/{{databaseName}}"
DEFAULT: Final = "default"
"""The name of the only database and of the only access policy."""
REDIS_VERSION: Final = "7.4"
NAME: Final = Limit(pattern=r"^(?=.{1,60}$)[A-Za-z0-9]+(-[A-Za-z0-9]+)*$")


def bad_request(message: str, remediation: str) -> Refused:
    """Azure Managed Redis's generic error."""
    return Refused("BadRequest", message, remediation)
