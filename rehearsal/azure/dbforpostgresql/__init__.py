"""Microsoft.DBforPostgreSQL/flexibleServers: servers, replicas, databases, parameters, administrators, endpoints."""

from __future__ import annotations

from typing import Final

from rehearsal.azure.dbforpostgresql import children, servers

TYPES: Final = (*servers.TYPES, *children.TYPES)
