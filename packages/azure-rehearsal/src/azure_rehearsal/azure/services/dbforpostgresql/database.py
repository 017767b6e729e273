"""Databases of a flexible server."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import ArmType, Immutable, Limit, Request
from azure_rehearsal.azure.services.dbforpostgresql.children import DATABASE, ONE_CHANGE_AT_A_TIME, refuse_on_replica
from azure_rehearsal.azure.services.dbforpostgresql.common import ONE_OPERATION_PER_SERVER, SERVER_NAME, SERVER_PATH
from azure_rehearsal.azure.services.dbforpostgresql.replicas import refuse_child_delete_while_replicas_change
from azure_rehearsal.protocol.provider import Refused

EXISTING_DATABASES: Final = frozenset({"azure_maintenance", "azure_sys", "postgres", "template0", "template1"})


def _refuse_reserved_database(request: Request) -> None:
    if request.name.lower() in EXISTING_DATABASES and request.old is None:
        raise Refused(
            "DatabaseNameReserved",
            f"The database name '{request.name}' is reserved by the service on "
            f"'{arm_ids.name(arm_ids.parent(request.id))}'.",
            "choose another name",
        )


TYPE: Final = ArmType(
    token=DATABASE,
    path=f"{SERVER_PATH}/databases/{{databaseName}}",
    limits={
        "serverName": SERVER_NAME,
        "databaseName": Limit(min_length=1, max_length=63, pattern=r"^[a-zA-Z_][\w\-]{0,62}$"),
        "charset": Limit(pattern=r"^[a-zA-Z]+\w*$"),
        "collation": Limit(pattern=r"^[a-zA-Z\-]+([. ]|\w)*$"),
    },
    defaults={"charset": "UTF8", "collation": "en_US.utf8"},
    immutable=(
        Immutable("charset", code="DatabaseUpdateNotAllowed"),
        Immutable("collation", code="DatabaseUpdateNotAllowed"),
    ),
    rules=(*ONE_CHANGE_AT_A_TIME, refuse_on_replica, _refuse_reserved_database),
    exclusive_writes=ONE_OPERATION_PER_SERVER,
    delete_rules=(refuse_child_delete_while_replicas_change,),
)
