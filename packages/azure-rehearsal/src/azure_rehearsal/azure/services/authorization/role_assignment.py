"""Role assignments, and the check whether a principal holds a role on a scope."""

from __future__ import annotations

import uuid
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import ArmType, Immutable, Request
from azure_rehearsal.azure.data.role_definitions import ROLES
from azure_rehearsal.protocol.provider import Refused

ASSIGNMENT: Final = "azure-native:authorization:RoleAssignment"
SERVICE_PRINCIPAL: Final = "ServicePrincipal"


def has_role(cloud: Cloud, principal: str, roles: frozenset[str], scope: str) -> bool:
    """Whether a principal has one of these roles on a scope or on one of its ancestors."""
    return bool(_assignments(cloud, principal, roles, scope))


def has_effective_role(cloud: Cloud, principal: str, roles: frozenset[str], scope: str) -> bool:
    """Like `has_role`, but a new assignment takes effect only for the second request that depends on it.

    For services that check a role when they get the request. Azure's role assignments take effect after seconds to
    minutes: learn.microsoft.com/azure/role-based-access-control/troubleshooting.
    """
    found = _assignments(cloud, principal, roles, scope)
    missing = [item for item in found if cloud.delayed.is_missing(item.id)]
    return len(missing) < len(found)


def _assignments(cloud: Cloud, principal: str, roles: frozenset[str], scope: str) -> list[Record]:
    return [
        item
        for item in cloud.of_type(ASSIGNMENT)
        if str(item.properties["principalId"]).lower() == principal.lower()
        and ROLES.get(_role_guid(item.properties["roleDefinitionId"])) in roles
        and arm_ids.is_inside(scope, item.properties["scope"])
    ]


def _role_guid(role_definition_id: str) -> str:
    return arm_ids.name(role_definition_id).lower()


def _owner_of(cloud: Cloud, principal: str) -> Record | None:
    """The resource with this managed identity, or `None`."""
    return next((record for record in cloud.with_principal(principal) if record.type != ASSIGNMENT), None)


def _is_guid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _refuse_name(request: Request) -> None:
    if not _is_guid(request.name):
        raise Refused(
            "InvalidRoleAssignmentId",
            f"The role assignment ID '{request.name}' is not valid. The role assignment ID must be a GUID.",
            "derive it with uuid5 from scope, principal and role",
        )


def _refuse_role(request: Request) -> None:
    role = str(request.get("roleDefinitionId"))
    if "/roleDefinitions/" not in role or not _is_guid(_role_guid(role)):
        raise Refused(
            "RoleDefinitionDoesNotExist",
            f"The specified role definition with ID '{arm_ids.name(role)}' does not exist.",
            "use the role's GUID: /providers/Microsoft.Authorization/roleDefinitions/<GUID>",
        )
    if _role_guid(role) not in ROLES and request.cloud.get(role) is None:
        request.warn_unknown("role definition", _role_guid(role))


def _refuse_principal(request: Request) -> None:
    principal, type = str(request.get("principalId")).lower(), request.get("principalType")
    owner = _owner_of(request.cloud, principal)
    outside = {item.lower() for item in (*request.client.principals, request.client.object_id)}
    if principal in request.cloud.deleted_principals:
        _refuse_unknown(request, "Its identity is deleted.")
    if owner is not None and type not in (None, SERVICE_PRINCIPAL):
        raise Refused(
            "UnmatchedPrincipalType",
            f"The PrincipalId '{principal}' has type '{SERVICE_PRINCIPAL}' , which is different from specified "
            f"PrinciaplType '{type}'. It belongs to {owner.id}.",
            f"set principalType to {SERVICE_PRINCIPAL}",
        )
    if type is None:
        if owner is not None and owner.run == request.cloud.run:
            _refuse_unknown(request, f"{owner.id} is new and not replicated to the directory yet.")
        if owner is None and principal not in outside:
            _refuse_unknown(request, "Without principalType, Azure looks it up in the directory.")
    if type == SERVICE_PRINCIPAL and owner is None and principal not in outside:
        _refuse_unknown(
            request, "No identity in the simulated Azure has this principal id, and the settings do not list it."
        )


def _refuse_unknown(request: Request, detail: str) -> None:
    raise Refused(
        "PrincipalNotFound",
        f"Principal {str(request.get('principalId')).replace('-', '')} does not exist in the directory "
        f"{request.client.tenant_id}. Check that you have the correct principal ID. If you are creating this "
        "principal and then immediately assigning a role, this error might be related to a replication delay. In "
        "this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or "
        f"Group. {detail}",
        "use the principal id output of the identity, and set principalType",
    )


def _refuse_duplicate(request: Request) -> None:
    role = _role_guid(str(request.get("roleDefinitionId")))
    scope = "/" + request.path["scope"].strip("/")
    for item in request.cloud.of_type(ASSIGNMENT):
        if arm_ids.same(item.id, request.id) or not arm_ids.same(item.properties["scope"], scope):
            continue
        same_principal = arm_ids.same(item.properties["principalId"], request.get("principalId"))
        if same_principal and _role_guid(item.properties["roleDefinitionId"]) == role:
            raise Refused(
                "RoleAssignmentExists",
                "The role assignment already exists. The ID of the existing role assignment is "
                f"{arm_ids.name(item.id).replace('-', '')}. Principal {request.get('principalId')} has "
                f"{ROLES.get(role, role)} on {scope}.",
                "declare the assignment once",
            )


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    guid = _role_guid(request.get("roleDefinitionId"))
    owner = _owner_of(request.cloud, str(request.get("principalId")).lower())
    found = SERVICE_PRINCIPAL if owner else "User"
    return {
        "roleDefinitionId": f"{request.client.subscription}/providers/Microsoft.Authorization/roleDefinitions/{guid}",
        "principalType": request.get("principalType") or found,
    }


def _delay_effect(request: Request, record: Record) -> None:
    if request.old is None:
        request.cloud.delayed.delay(record.id)


_UPDATE: Final = "RoleAssignmentUpdateNotPermitted"
_UPDATE_MESSAGE: Final = "Tenant ID, application ID, principal ID, and scope are not allowed to be updated."
_UPDATE_REMEDIATION: Final = (
    "derive the assignment's name from scope, principal and role, so that another principal gets another name"
)


TYPE: Final = ArmType(
    token=ASSIGNMENT,
    path="/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
    auto_name="uuid",
    force_new=("principalId", "scope"),
    immutable=(Immutable("principalId", _UPDATE, _UPDATE_MESSAGE, _UPDATE_REMEDIATION),),
    rules=(_refuse_name, _refuse_role, _refuse_principal, _refuse_duplicate),
    outputs=_outputs,
    after_write=_delay_effect,
)
