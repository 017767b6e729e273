"""Tokens, id template, and the exclusive writes that servers and their children share."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import ExclusiveWrites, Limit, Request
from azure_rehearsal.protocol.provider import Refused

SERVER: Final = "azure-native:dbforpostgresql:Server"
SERVER_PATH: Final = arm_ids.provider_id("Microsoft.DBforPostgreSQL/flexibleServers", "serverName")
SERVER_NAME: Final = Limit(min_length=3, max_length=63, pattern=r"^[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*")
DOMAIN: Final = "postgres.database.azure.com"

SOURCE: Final = "sourceServerResourceId"

_BUSY: Final = "ServerIsBusy"
ONE_OPERATION_PER_SERVER: Final = ExclusiveWrites(
    SERVER_PATH,
    _BUSY,
    "Cannot complete operation while server '{ancestor}' is busy processing another operation. Try again later. Under "
    "way: {other}.",
)


def invalid(parameter: str, message: str, remediation: str) -> Refused:
    """PostgreSQL's generic error for an invalid value."""
    return Refused("InvalidParameterValue", f"Invalid value given for parameter {parameter}. {message}", remediation)


def replicas_of(cloud: Cloud, server_id: str) -> list[Record]:
    """The read replicas of a server, in order of creation."""
    return [item for item in cloud.of_type(SERVER) if arm_ids.same(item.properties.get(SOURCE), server_id)]


def is_replica(server: Record) -> bool:
    """Whether a server is a read replica."""
    return bool(server.properties.get(SOURCE))


def busy(server_id: str, other: str, remediation: str) -> Refused:
    """The error for a write while another operation runs on the server."""
    return Refused(
        _BUSY,
        f"Cannot complete operation while server '{arm_ids.name(server_id)}' is busy processing another operation. Try "
        f"again later. Under way: {other}.",
        remediation,
    )


def refuse_while_replicas_change(cloud: Cloud, server_id: str, own_id: str) -> None:
    """Refuses a write on a server during a write on one of its replicas, which sets the primary to *updating*."""
    for replica in replicas_of(cloud, server_id):
        other = cloud.active_write(replica.id)
        if other is not None and not arm_ids.same(replica.id, own_id):
            raise busy(
                server_id, other, f"Azure runs these writes one at a time: add {other} to depends_on of {own_id}"
            )


def refuse_child_while_replicas_change(request: Request) -> None:
    """Refuses a write of a child while a replica of its server is written."""
    refuse_while_replicas_change(request.cloud, arm_ids.parent(request.id), request.id)
