"""Microsoft.DBforPostgreSQL/flexibleServers: servers, replicas, databases, parameters, administrators, endpoints."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.dbforpostgresql import children, servers

TYPES: Final = (*servers.TYPES, *children.TYPES)
