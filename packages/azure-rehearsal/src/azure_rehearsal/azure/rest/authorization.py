"""Role assignments and role definitions.

Examples: specification/authorization/resource-manager/Microsoft.Authorization/stable/2022-04-01/examples/
{RoleAssignments_ListForScope,GetRoleDefinitionByName}.json. The filters `principalId eq`, `assignedTo()` and
`atScope()` are understood; without one, the list has the assignments at, above and below the scope, as on Azure.
"""

from __future__ import annotations

import re
import uuid
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.subscription import DeployerRole
from azure_rehearsal.azure.data.role_definitions import ROLES
from azure_rehearsal.azure.rest.request import ArmError, ArmRequest, Route, page
from azure_rehearsal.azure.services.authorization.role_assignment import ASSIGNMENT

_PRINCIPAL: Final = re.compile(r"(?:principalId eq |assignedTo\()'([^']+)'", re.IGNORECASE)
_ROLE_NAME: Final = re.compile(r"roleName eq '([^']+)'", re.IGNORECASE)
_GUIDS: Final = {name.lower(): guid for guid, name in ROLES.items()}
_BY_ROLE: Final = {
    "Owner": (["*"], []),
    "Contributor": (
        ["*"],
        [
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
            "Microsoft.Blueprint/blueprintAssignments/write",
            "Microsoft.Blueprint/blueprintAssignments/delete",
            "Microsoft.Compute/galleries/share/action",
        ],
    ),
    "Reader": (["*/read"], []),
    "User Access Administrator": (["*/read", "Microsoft.Authorization/*"], []),
    "Role Based Access Control Administrator": (
        [
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Authorization/roleAssignments/delete",
            "*/read",
        ],
        [],
    ),
}
"""Actions and notActions of the roles that a deployer has (learn, built-in-roles/{privileged,general}, 2026-11). The
actions of other roles are not known here."""


def _assignments(request: ArmRequest) -> dict[str, Any]:
    scope = "/" + request.path["scope"].strip("/")
    found = _PRINCIPAL.search(request.filter)
    principal = found[1].lower() if found else ""
    above_only = "atscope()" in request.filter.lower()
    listed = []
    for item in [*_of_deployer(request, principal), *_of_cloud(request)]:
        properties = item["properties"]
        other = properties["scope"]
        applies = arm_ids.is_inside(scope, other) or (not above_only and arm_ids.is_inside(other, scope))
        if applies and principal in ("", properties["principalId"].lower()):
            listed.append(item)
    return page(listed)


def _of_cloud(request: ArmRequest) -> list[dict[str, Any]]:
    return [
        _assignment(record.id, **{key: record.properties[key] for key in _SHOWN})
        for record in request.cloud.of_type(ASSIGNMENT)
    ]


_SHOWN: Final = ("roleDefinitionId", "principalId", "principalType", "scope")


def _of_deployer(request: ArmRequest, principal: str) -> list[dict[str, Any]]:
    """The deployer's own roles. Without a known deployer, each principal that is no identity of the cloud is one."""
    known = request.subscriptions
    deployer = request.client.object_id if known else principal or request.client.object_id
    if not known and request.cloud.with_principal(deployer):
        return []
    return [
        _assignment(
            f"{_scope(request, role)}/providers/Microsoft.Authorization/roleAssignments/"
            f"{uuid.uuid5(uuid.NAMESPACE_URL, f'{_scope(request, role)}/{deployer}/{role.role}')}",
            roleDefinitionId=_definition_id(request, _GUIDS[role.role.lower()]),
            principalId=deployer,
            principalType="ServicePrincipal",
            scope=_scope(request, role),
        )
        for role in request.cloud.subscription.deployer_roles
    ]


def _scope(request: ArmRequest, role: DeployerRole) -> str:
    """The scope of a role; the subscription of the path by default."""
    return role.scope or request.subscription


def _assignment(id: str, **properties: Any) -> dict[str, Any]:
    return {
        "properties": properties,
        "id": id,
        "type": "Microsoft.Authorization/roleAssignments",
        "name": arm_ids.name(id),
    }


def _definition_id(request: ArmRequest, guid: str) -> str:
    return f"{request.subscription}/providers/Microsoft.Authorization/roleDefinitions/{guid}"


def _definitions(request: ArmRequest) -> dict[str, Any]:
    found = _ROLE_NAME.search(request.filter)
    wanted = found[1].lower() if found else ""
    return page([_definition(request, guid) for guid, name in ROLES.items() if wanted in ("", name.lower())])


def _definition_by_id(request: ArmRequest) -> dict[str, Any]:
    guid = request.path["guid"].lower()
    if guid not in ROLES:
        raise ArmError(
            404, "RoleDefinitionDoesNotExist", f"The specified role definition with ID '{guid}' does not exist."
        )
    return _definition(request, guid)


def _definition(request: ArmRequest, guid: str) -> dict[str, Any]:
    actions, excluded = _BY_ROLE.get(ROLES[guid], ([], []))
    return {
        "properties": {
            "roleName": ROLES[guid],
            "type": "BuiltInRole",
            "description": "",
            "assignableScopes": ["/"],
            "permissions": [
                {"actions": actions, "notActions": excluded, "dataActions": [], "notDataActions": []},
            ],
        },
        "id": _definition_id(request, guid),
        "type": "Microsoft.Authorization/roleDefinitions",
        "name": guid,
    }


_AUTHORIZATION: Final = "providers/Microsoft.Authorization"

ROUTES: Final = (
    Route("GET", f"/{{*scope}}/{_AUTHORIZATION}/roleAssignments", _assignments),
    Route("GET", f"/{_AUTHORIZATION}/roleDefinitions/{{guid}}", _definition_by_id),
    Route("GET", f"/{{*scope}}/{_AUTHORIZATION}/roleDefinitions", _definitions),
    Route("GET", f"/{{*scope}}/{_AUTHORIZATION}/roleDefinitions/{{guid}}", _definition_by_id),
)
