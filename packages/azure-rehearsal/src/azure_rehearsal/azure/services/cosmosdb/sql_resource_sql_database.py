"""NoSQL databases of a Cosmos DB account."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core.rules import ArmType
from azure_rehearsal.azure.services.cosmosdb.common import (
    ACCOUNT_NAME,
    DATABASE,
    DATABASE_PATH,
    refuse_name,
    refuse_throughput,
)

TYPE: Final = ArmType(
    token=DATABASE,
    path=DATABASE_PATH,
    limits={"accountName": ACCOUNT_NAME},
    rules=(refuse_name, refuse_throughput),
)
