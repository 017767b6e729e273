"""Rules that all children of a server share."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import Request
from azure_rehearsal.azure.services.dbforpostgresql.common import is_replica, refuse_child_while_replicas_change
from azure_rehearsal.azure.services.dbforpostgresql.replicas import refuse_child_while_replica_is_deleted
from azure_rehearsal.protocol.provider import Refused

DATABASE: Final = "azure-native:dbforpostgresql:Database"
CONFIGURATION: Final = "azure-native:dbforpostgresql:Configuration"
ADMINISTRATOR: Final = "azure-native:dbforpostgresql:AdministratorsMicrosoftEntra"
ONE_CHANGE_AT_A_TIME: Final = (refuse_child_while_replicas_change, refuse_child_while_replica_is_deleted)


def server_of(request: Request) -> Record | None:
    """The server of a child resource."""
    return request.cloud.get(arm_ids.parent(request.id))


def refuse_on_replica(request: Request) -> None:
    """Refuses writes on a read replica."""
    server = server_of(request)
    if server is not None and is_replica(server):
        raise Refused(
            "ReadReplicaOperationNotAllowed",
            f"{request.type.kind} '{request.name}' cannot be written on '{arm_ids.name(server.id)}', which is a read "
            "replica.",
            "write it on the primary, which replicates it",
        )
