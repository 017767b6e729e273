"""Microsoft.DocumentDB: Cosmos DB accounts, NoSQL databases and containers, data-plane role assignments."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.cosmosdb import (
    database_account,
    sql_resource_sql_container,
    sql_resource_sql_database,
    sql_resource_sql_role_assignment,
)

TYPES: Final = (
    database_account.TYPE,
    sql_resource_sql_database.TYPE,
    sql_resource_sql_container.TYPE,
    sql_resource_sql_role_assignment.TYPE,
)
