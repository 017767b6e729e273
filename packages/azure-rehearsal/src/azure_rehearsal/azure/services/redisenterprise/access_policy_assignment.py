"""Access policy assignments: the Entra principals that can sign in to a database."""

from __future__ import annotations

import uuid
from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import ArmType, Limit, Request, get_path
from azure_rehearsal.azure.services.redisenterprise.common import DATABASE_PATH, DEFAULT, NAME, bad_request
from azure_rehearsal.protocol.provider import Refused

ASSIGNMENT: Final = "azure-native:redisenterprise:AccessPolicyAssignment"


def _refuse_assignment(request: Request) -> None:
    if request.get("accessPolicyName") != DEFAULT:
        raise bad_request(
            f"The access policy '{request.get('accessPolicyName')}' of {request.id} does not exist.",
            f"use '{DEFAULT}'",
        )
    object_id = str(request.get("user.objectId", ""))
    try:
        uuid.UUID(object_id)
    except ValueError:
        raise bad_request(
            f"The user '{object_id}' of {request.id} is not an object id.", "use the GUID of an Entra principal"
        ) from None
    for sibling in request.cloud.children(arm_ids.parent(request.id), ASSIGNMENT):
        same = arm_ids.same(get_path(sibling.properties, "user.objectId"), object_id)
        if same and not arm_ids.same(sibling.id, request.id):
            raise Refused(
                "Conflict",
                f"The user '{object_id}' already has an access policy assignment: {sibling.id}.",
                "declare the assignment once",
            )


TYPE: Final = ArmType(
    token=ASSIGNMENT,
    path=f"{DATABASE_PATH}/accessPolicyAssignments/{{accessPolicyAssignmentName}}",
    limits={
        "clusterName": NAME,
        "databaseName": NAME,
        "accessPolicyAssignmentName": Limit(pattern=r"^[A-Za-z0-9]{1,60}$"),
        "accessPolicyName": Limit(pattern=r"^([a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]|[a-zA-Z0-9])$"),
    },
    rules=(_refuse_assignment,),
)
