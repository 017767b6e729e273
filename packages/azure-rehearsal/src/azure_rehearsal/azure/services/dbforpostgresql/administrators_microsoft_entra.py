"""Microsoft Entra administrators of a flexible server."""

from __future__ import annotations

import uuid
from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import ArmType, Request, get_path
from azure_rehearsal.azure.services.dbforpostgresql.children import (
    ADMINISTRATOR,
    ONE_CHANGE_AT_A_TIME,
    refuse_on_replica,
    server_of,
)
from azure_rehearsal.azure.services.dbforpostgresql.common import (
    ONE_OPERATION_PER_SERVER,
    SERVER_NAME,
    SERVER_PATH,
    invalid,
)
from azure_rehearsal.azure.services.dbforpostgresql.replicas import refuse_child_delete_while_replicas_change
from azure_rehearsal.protocol.provider import Refused


def _refuse_administrator(request: Request) -> None:
    try:
        uuid.UUID(request.name)
    except ValueError:
        raise invalid(
            "objectId", f"The administrator '{request.name}' is not an object id.", "use the GUID of an Entra principal"
        ) from None
    server = server_of(request)
    if server is not None and str(get_path(server.properties, "authConfig.activeDirectoryAuth")).lower() != "enabled":
        raise Refused(
            "AadAuthenticationNotEnabled",
            f"Microsoft Entra authentication is not enabled on server '{arm_ids.name(server.id)}'; it cannot have the "
            f"administrator {request.name}.",
            "set authConfig.activeDirectoryAuth of the server to Enabled",
        )
    if not request.get("principalName") or not request.get("principalType"):
        raise invalid(
            "principalName", f"Administrator {request.name} requires principalName and principalType.", "set both"
        )


TYPE: Final = ArmType(
    token=ADMINISTRATOR,
    path=f"{SERVER_PATH}/administrators/{{objectId}}",
    auto_name=None,
    limits={"serverName": SERVER_NAME},
    rules=(*ONE_CHANGE_AT_A_TIME, refuse_on_replica, _refuse_administrator),
    exclusive_writes=ONE_OPERATION_PER_SERVER,
    delete_rules=(refuse_child_delete_while_replicas_change,),
)
