"""Microsoft.DocumentDB: Cosmos DB accounts, NoSQL databases and containers, data-plane roles."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.cosmosdb import accounts

TYPES: Final = accounts.TYPES
