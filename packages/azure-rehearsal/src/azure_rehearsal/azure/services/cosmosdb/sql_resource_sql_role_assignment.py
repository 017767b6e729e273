"""Data-plane role assignments of a Cosmos DB account."""

from __future__ import annotations

import uuid
from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import ArmType, Request
from azure_rehearsal.azure.data.role_definitions import ROLES
from azure_rehearsal.azure.services.cosmosdb.common import ACCOUNT_NAME, PATH, ROLE, bad_request
from azure_rehearsal.protocol.provider import Refused

BUILT_IN_ROLES: Final = {
    "00000000-0000-0000-0000-000000000001": "Cosmos DB Built-in Data Reader",
    "00000000-0000-0000-0000-000000000002": "Cosmos DB Built-in Data Contributor",
}


def _refuse_role(request: Request) -> None:
    account = arm_ids.parent(request.id)
    try:
        uuid.UUID(request.name)
    except ValueError:
        raise bad_request(
            f"The role assignment id '{request.name}' must be a GUID.",
            "derive it with uuid5 from scope, principal and role",
        ) from None
    role = str(request.get("roleDefinitionId", ""))
    name = arm_ids.name(role)
    if name not in {*BUILT_IN_ROLES, *ROLES}:
        request.warn_unknown("Cosmos DB role definition", name)
    if name in ROLES or not arm_ids.is_inside(role, account):
        raise Refused(
            "NotFound",
            f"The role definition '{role}' does not exist on {account}.",
            f"use {account}/sqlRoleDefinitions/ with {' or '.join(BUILT_IN_ROLES)}",
        )
    if not arm_ids.is_inside(str(request.get("scope", "")), account):
        raise bad_request(
            f"The scope '{request.get('scope')}' of role assignment '{request.name}' is not inside {account}.",
            "use the id of the account, or /dbs/<database> below it",
        )
    for other in request.cloud.children(account, ROLE):
        same = all(
            arm_ids.same(other.properties.get(key), request.get(key))
            for key in ("principalId", "roleDefinitionId", "scope")
        )
        if same and not arm_ids.same(other.id, request.id):
            raise Refused("Conflict", f"The role assignment already exists: {other.id}.", "declare the assignment once")


TYPE: Final = ArmType(
    token=ROLE,
    path=f"{PATH}/sqlRoleAssignments/{{roleAssignmentId}}",
    auto_name="uuid",
    limits={"accountName": ACCOUNT_NAME},
    force_new=("principalId", "scope"),
    rules=(_refuse_role,),
)
