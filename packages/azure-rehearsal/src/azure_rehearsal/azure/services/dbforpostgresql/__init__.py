"""Microsoft.DBforPostgreSQL/flexibleServers: servers, replicas, databases, parameters, administrators, endpoints."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.services.dbforpostgresql import (
    administrators_microsoft_entra,
    configuration,
    database,
    server,
    virtual_endpoint,
)

TYPES: Final = (
    server.TYPE,
    database.TYPE,
    configuration.TYPE,
    administrators_microsoft_entra.TYPE,
    virtual_endpoint.TYPE,
)
